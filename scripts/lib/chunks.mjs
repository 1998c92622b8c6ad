// Which modules of the page go into one file. Left alone, the bundler makes a file of every icon that two screens
// share: over a hundred requests and compilations stand between a visit and the list. Four files do: what the first
// screen needs, what the list needs, what a conversation needs besides, and the rest.

/** The screens of each file, most needed first: a module goes to the first one that reaches it without `import()`. */
const CHUNKS = [
  {
    name: 'first',
    roots: [
      /\/kit\/src\/runtime\/client\//,
      /\/client-optimized\/app\.js$/,
      /\/src\/routes\/\+(layout|page|error)\b/
    ]
  },
  { name: 'app', roots: [/\/src\/routes\/\(app\)\/(\+layout|chats\/)/] },
  { name: 'chat', roots: [/\/src\/routes\/\(app\)\/c\//] },
  { name: 'more', roots: [/\/src\/routes\//] }
];

/** Options of the bundler's `codeSplitting`. */
export function chunkGroups() {
  return CHUNKS.map(({ name, roots }, index) => ({
    priority: CHUNKS.length - index,
    name: (id, context) => (isReached(id, roots, context, new Set()) ? name : null)
  }));
}

/** Of these most is called before the list stands, or a chat is opened. */
const CALLED_ON_LOAD = ['first', 'app', 'chat'];
const HINT = '//# allFunctionsCalledOnLoad\n';

/**
 * Gives these files a first line at which Chromium compiles each of their functions while it loads them, on a thread of its own.
 * Left alone, the page waits for it as each function is called. Other browsers see a comment.
 */
export function hintChunks() {
  return {
    name: 'onionskin-chunk-hints',
    // Put in here it counts for the name of the file, and below comes before what Vite adds of its own.
    banner: (chunk) => (CALLED_ON_LOAD.includes(chunk.name) ? HINT : ''),
    generateBundle: {
      order: /** @type {const} */ ('post'),
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== 'chunk' || !CALLED_ON_LOAD.includes(chunk.name)) continue;
          chunk.code = HINT + chunk.code.replace(HINT, '');
        }
      }
    }
  };
}

function isReached(id, roots, context, seen) {
  if (seen.has(id)) return false;
  seen.add(id);
  if (roots.some((root) => root.test(id))) return true;
  const importers = context.getModuleInfo(id)?.importers ?? [];
  return importers.some((importer) => isReached(importer, roots, context, seen));
}
