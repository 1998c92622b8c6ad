// ESLint rules of this project: floors (who may import whom) and cycles. A type import counts as an import.
import { relative, sep } from 'node:path';
import { BROWSER_GLOBALS, crossing, floorOf, needsFloor } from './floors.mjs';
import { createImportGraph, resolveSpecifier } from './imports.mjs';

/** Calls `visit(node, specifier, typeOnly)` for every way a module can name another. */
function onImports(visit) {
  const named = (node) => (node.specifiers ?? []).filter((specifier) => 'importKind' in specifier);
  const isTypeOnly = (node) =>
    node.importKind === 'type' ||
    node.exportKind === 'type' ||
    (named(node).length > 0 &&
      named(node).length === node.specifiers.length &&
      named(node).every((specifier) => specifier.importKind === 'type'));
  const withSource = (node) => {
    if (node.source?.type === 'Literal') visit(node.source, node.source.value, isTypeOnly(node));
  };
  return {
    ImportDeclaration: withSource,
    ExportNamedDeclaration: withSource,
    ExportAllDeclaration: withSource,
    ImportExpression: withSource,
    TSImportType(node) {
      const literal = node.source ?? node.argument?.literal;
      if (typeof literal?.value === 'string') visit(literal, literal.value, true);
    }
  };
}

const projectPath = (context) => relative(context.cwd, context.filename).split(sep).join('/');

const floors = {
  meta: { type: 'problem', schema: [], docs: { description: 'imports go down the floors only' } },
  create(context) {
    const from = projectPath(context);
    const report = (node, message) => context.report({ node, message });
    if (!floorOf(from)) {
      if (!needsFloor(from)) return {};
      return {
        Program: (node) => report(node, `"${from}" stands on no floor (scripts/lib/lint/floors.mjs)`)
      };
    }
    return onImports((node, specifier, typeOnly) => {
      const target = resolveSpecifier(specifier, from);
      const reason = crossing(from, target, typeOnly);
      if (reason) report(node, reason);
      else if ('path' in target && !/\.[a-z]+$/.test(target.path)) report(node, 'imports name their ending');
    });
  }
};

const browserGlobals = {
  meta: { type: 'problem', schema: [], docs: { description: 'lower floors run anywhere' } },
  create(context) {
    const floor = floorOf(projectPath(context));
    if (!floor || floor.ambient) return {};
    return {
      'Program:exit'(node) {
        for (const { identifier, isTypeReference } of context.sourceCode.getScope(node).through) {
          if (isTypeReference || identifier.parent?.type === 'TSTypeQuery') continue;
          if (!BROWSER_GLOBALS.includes(identifier.name)) continue;
          context.report({
            node: identifier,
            message: `floor "${floor.name}" does not use "${identifier.name}"`
          });
        }
      }
    };
  }
};

/** @type {Map<string, ReturnType<typeof createImportGraph>>} one graph per project folder, shared by all files */
const graphs = new Map();

const noCycles = {
  meta: { type: 'problem', schema: [], docs: { description: 'no module imports itself, over any detour' } },
  create(context) {
    const from = projectPath(context);
    let graph = graphs.get(context.cwd);
    if (!graph) graphs.set(context.cwd, (graph = createImportGraph(context.cwd)));
    return onImports((node, specifier) => {
      const target = resolveSpecifier(specifier, from);
      if (!('path' in target) || target.query !== '') return;
      const chain = graph.chain(target.path, from);
      if (chain) context.report({ node, message: `import cycle: ${[from, ...chain].join(' → ')}` });
    });
  }
};

export default { rules: { floors, 'browser-globals': browserGlobals, 'no-cycles': noCycles } };
