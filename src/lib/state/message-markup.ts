// The text of a message as a tree of marked text: a small subset of Markdown, addresses and mentions
// (accounts-and-messages.md §4.7). Pure, and in time proportional to the text whatever it holds; nothing is ever HTML.
// Characters that mark nothing stay as they are, so that no text is lost.

export type MarkKind = 'strong' | 'emphasis' | 'strike';

export type InlineNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  /** `http` or `https`; `text` as written. */
  | { readonly kind: 'link'; readonly text: string; readonly url: string }
  /** An account named by its ID, 66 lower-case hex characters. */
  | { readonly kind: 'mention'; readonly accountId: string }
  | { readonly kind: MarkKind; readonly children: readonly InlineNode[] };

export type BlockNode =
  | { readonly kind: 'paragraph'; readonly children: readonly InlineNode[] }
  | { readonly kind: 'quote'; readonly children: readonly InlineNode[] }
  | { readonly kind: 'code-block'; readonly text: string };

/** Marks within marks; what is deeper stays as typed. */
export const MAX_MARK_DEPTH = 6;
/** Longer addresses are text. */
const MAX_URL_LENGTH = 2_048;
const FENCE = '```';

/** @returns blocks in order; an empty text has none */
export function parseMarkup(text: string): BlockNode[] {
  const blocks: BlockNode[] = [];
  const lines = text.split('\n');
  let plain: string[] = [];
  let quoted: string[] = [];
  const flush = () => {
    if (plain.length > 0) pushParagraph(blocks, plain.join('\n'));
    if (quoted.length > 0) blocks.push({ kind: 'quote', children: parseInline(quoted.join('\n')) });
    plain = [];
    quoted = [];
  };
  // Where the last fence is: behind it none can close, and nothing is searched twice.
  const lastFence = lines.findLastIndex((line) => line.trimEnd().endsWith(FENCE));
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line.startsWith(FENCE) && index < lastFence) {
      const end = closingFence(lines, index + 1, lastFence);
      flush();
      blocks.push({ kind: 'code-block', text: codeOf(lines.slice(index + 1, end + 1)) });
      index = end;
    } else if (line.startsWith('> ')) {
      if (plain.length > 0) flush();
      quoted.push(line.slice(2));
    } else {
      if (quoted.length > 0) flush();
      plain.push(line);
    }
  }
  flush();
  return blocks;
}

function pushParagraph(blocks: BlockNode[], text: string): void {
  // The line breaks beside a block are its borders.
  const trimmed = text.replace(/^\n+/, '').replace(/\n+$/, '');
  if (trimmed !== '') blocks.push({ kind: 'paragraph', children: parseInline(trimmed) });
}

function closingFence(lines: readonly string[], from: number, last: number): number {
  for (let index = from; index < last; index += 1) {
    if (lines[index]?.trimEnd().endsWith(FENCE)) return index;
  }
  return last;
}

/** @param lines after the opening fence; the last one ends with the closing fence */
function codeOf(lines: readonly string[]): string {
  const body = lines.slice(0, -1);
  const rest = (lines.at(-1) ?? '').trimEnd().slice(0, -FENCE.length);
  return (rest === '' ? body : [...body, rest]).join('\n');
}

/** A piece of a line: what it is, or a run of marks that may open or close. */
type Piece =
  | InlineNode
  | {
      readonly kind: 'run';
      readonly mark: MarkKind;
      readonly text: string;
      readonly opens: boolean;
      readonly closes: boolean;
    };

/** One look at the next special thing: code, a mention, an address, a run of marks. Each alternative is linear. */
const SPECIAL = /`|@05[0-9a-fA-F]{64}(?![0-9a-zA-Z])|https?:\/\/|\*\*|\*|~~|_+/g;

/** Marked text without blocks. */
export function parseInline(text: string): InlineNode[] {
  return nest(pieces(text));
}

function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  let codeMayClose = true;
  const special = new RegExp(SPECIAL);
  const take = (start: number, end: number, piece: Piece) => {
    if (start > done) found.push({ kind: 'text', text: text.slice(done, start) });
    found.push(piece);
    done = end;
    special.lastIndex = end;
  };
  for (let match = special.exec(text); match; match = special.exec(text)) {
    const start = match.index;
    const [token] = match;
    if (token === '`') {
      const end = codeMayClose ? text.indexOf('`', start + 1) : -1;
      if (end === -1) codeMayClose = false;
      else if (end > start + 1) take(start, end + 1, { kind: 'code', text: text.slice(start + 1, end) });
      else special.lastIndex = end + 1;
    } else if (token.startsWith('@')) {
      if (isInWord(text, start)) continue;
      take(start, start + token.length, { kind: 'mention', accountId: token.slice(1).toLowerCase() });
    } else if (token.startsWith('http')) {
      const end = endOfUrl(text, start);
      const url = isInWord(text, start) ? null : safeUrl(text.slice(start, end));
      if (url !== null) take(start, end, { kind: 'link', text: text.slice(start, end), url });
      else special.lastIndex = Math.max(end, start + token.length);
    } else if (!(token in MARKS)) {
      // Several underscores are part of a name, such as those of programs.
      special.lastIndex = start + token.length;
    } else {
      const run = readRun(text, start, token);
      if (run) take(start, start + token.length, run);
    }
  }
  if (done < text.length) found.push({ kind: 'text', text: text.slice(done) });
  return found;
}

const MARKS: Readonly<Record<string, MarkKind>> = {
  '**': 'strong',
  '*': 'emphasis',
  _: 'emphasis',
  '~~': 'strike'
};

const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_]/u.test(character);
const isInWord = (text: string, index: number) => isWord(text[index - 1]);

/** Opens after a border and before a word, closes the other way round: `2 * 3` and `snake_case` stay as they are. */
function readRun(text: string, start: number, token: string): Piece | null {
  const before = text[start - 1];
  const after = text[start + token.length];
  const mark = MARKS[token];
  const blank = (character: string | undefined) => character === undefined || /\s/.test(character);
  const opens = !blank(after) && !isWord(before);
  const closes = !blank(before) && !isWord(after);
  return mark && (opens || closes) ? { kind: 'run', mark, text: token, opens, closes } : null;
}

interface OpenMark {
  readonly mark: MarkKind | null;
  readonly text: string;
  children: InlineNode[];
}

function nest(found: readonly Piece[]): InlineNode[] {
  const root: OpenMark = { mark: null, text: '', children: [] };
  const stack: OpenMark[] = [root];
  const top = () => stack[stack.length - 1] ?? root;
  /** A mark that was never closed is what was typed. */
  const giveUp = () => {
    const open = stack.pop();
    if (!open) return;
    addText(top().children, open.text);
    for (const child of open.children) add(top().children, child);
  };
  for (const piece of found) {
    if (piece.kind !== 'run') {
      add(top().children, piece);
      continue;
    }
    const at = piece.closes ? stack.findLastIndex((open) => open.text === piece.text) : -1;
    if (at > 0 && (stack[at]?.children.length ?? 0) + (stack.length - 1 - at) > 0) {
      while (stack.length - 1 > at) giveUp();
      const open = stack.pop();
      if (open?.mark) top().children.push({ kind: open.mark, children: open.children });
    } else if (piece.opens && stack.length <= MAX_MARK_DEPTH) {
      stack.push({ mark: piece.mark, text: piece.text, children: [] });
    } else {
      addText(top().children, piece.text);
    }
  }
  while (stack.length > 1) giveUp();
  return root.children;
}

function add(children: InlineNode[], node: InlineNode): void {
  if (node.kind === 'text') addText(children, node.text);
  else children.push(node);
}

/** Joins with the text before, so that a plain text is one node. */
function addText(children: InlineNode[], text: string): void {
  const last = children[children.length - 1];
  if (last?.kind === 'text') children[children.length - 1] = { kind: 'text', text: last.text + text };
  else if (text !== '') children.push({ kind: 'text', text });
}

/** Up to the next blank or mark of quotation, without what ends a sentence rather than an address. */
function endOfUrl(text: string, start: number): number {
  let end = start;
  let open = 0;
  for (; end < text.length && end - start <= MAX_URL_LENGTH; end += 1) {
    const character = text[end] ?? '';
    if (/[\s<>"`\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(character)) break;
    if (character === '(') open += 1;
    if (character === ')' && --open < 0) break;
  }
  while (end > start && /[.,;:!?'*_~\]}]/.test(text[end - 1] ?? '')) end -= 1;
  return end;
}

/** The address in its one written form; null for what is none. */
function safeUrl(written: string): string | null {
  if (written.length > MAX_URL_LENGTH || !URL.canParse(written)) return null;
  const url = new URL(written);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}

/**
 * A text in words alone, for one line: marks go, mentions get names.
 * @param nameOf null when nobody is known by that ID
 */
export function markupWords(text: string, nameOf: (accountId: string) => string | null): string {
  const words = (nodes: readonly InlineNode[]): string =>
    nodes
      .map((node) => {
        if (node.kind === 'mention') return `@${nameOf(node.accountId) ?? node.accountId.slice(0, 8)}`;
        return 'children' in node ? words(node.children) : node.text;
      })
      .join('');
  return parseMarkup(text)
    .map((block) => ('children' in block ? words(block.children) : block.text))
    .join('\n');
}
