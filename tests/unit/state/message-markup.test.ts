import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  markupWords,
  MAX_MARK_DEPTH,
  parseInline,
  parseMarkup,
  type BlockNode,
  type InlineNode
} from '../../../src/lib/state/message-markup.ts';

const ID = `05${'ab'.repeat(32)}`;
const text = (value: string): InlineNode => ({ kind: 'text', text: value });

/** Everything a reader sees, in order. */
function seen(nodes: readonly (BlockNode | InlineNode)[]): string {
  return nodes
    .map((node) => {
      if ('children' in node) return seen(node.children);
      return node.kind === 'mention' ? `@${node.accountId}` : node.text;
    })
    .join('');
}

function depth(nodes: readonly (BlockNode | InlineNode)[]): number {
  return Math.max(0, ...nodes.map((node) => ('children' in node ? 1 + depth(node.children) : 1)));
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const unit of part) {
    at = whole.indexOf(unit, at);
    if (at === -1) return false;
    at += unit.length;
  }
  return true;
}

describe('marks in a message', () => {
  it('reads bold, italic, struck and code', () => {
    expect(parseInline('a **b** *c* _d_ ~~e~~ `f*g*`')).toEqual([
      text('a '),
      { kind: 'strong', children: [text('b')] },
      text(' '),
      { kind: 'emphasis', children: [text('c')] },
      text(' '),
      { kind: 'emphasis', children: [text('d')] },
      text(' '),
      { kind: 'strike', children: [text('e')] },
      text(' '),
      { kind: 'code', text: 'f*g*' }
    ]);
  });

  it('nests marks, and gives up those that overlap', () => {
    expect(parseInline('**a *b* c**')).toEqual([
      { kind: 'strong', children: [text('a '), { kind: 'emphasis', children: [text('b')] }, text(' c')] }
    ]);
    expect(seen(parseInline('**a _b** c_'))).toBe('a _b c_');
  });

  it.each([
    '2 * 3 * 4',
    'snake_case_name and other_names',
    'a ** b ** c',
    '**',
    '****',
    '`',
    '``',
    '*unclosed',
    '__proto__ and __init__',
    '5*3*2 is thirty',
    '~~ not struck ~~',
    '<b>not bold</b> &amp; [a](https:)'
  ])('leaves %s as it is', (plain) => {
    expect(parseInline(plain)).toEqual([text(plain)]);
  });

  it('reads quotes and blocks of code, whose inside is not marked', () => {
    expect(parseMarkup('before\n> said *so*\n> twice\n```ts\n**x**\n```\nafter')).toEqual([
      { kind: 'paragraph', children: [text('before')] },
      {
        kind: 'quote',
        children: [text('said '), { kind: 'emphasis', children: [text('so')] }, text('\ntwice')]
      },
      { kind: 'code-block', text: '**x**' },
      { kind: 'paragraph', children: [text('after')] }
    ]);
  });

  it('leaves a fence that is never closed as it is', () => {
    expect(parseMarkup('```\ncode')).toEqual([{ kind: 'paragraph', children: [text('```\ncode')] }]);
  });

  it('has no blocks for an empty text', () => {
    expect(parseMarkup('')).toEqual([]);
  });
});

describe('addresses and mentions in a message', () => {
  it.each([
    ['see https://example.org/a_b*c for more', 'https://example.org/a_b*c'],
    ['(https://example.org/a(b))', 'https://example.org/a(b)'],
    ['https://example.org/a. Next', 'https://example.org/a'],
    ['**https://example.org**', 'https://example.org']
  ])('finds the address in %s', (written, address) => {
    const links = flat(parseInline(written)).filter((node) => node.kind === 'link');
    expect(links.map((node) => node.text)).toEqual([address]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://example.org',
    'http://',
    'xhttps://example.org'
  ])('makes no address of %s', (written) => {
    expect(parseInline(written)).toEqual([text(written)]);
  });

  it('ends an address where the direction of writing is turned', () => {
    const [link, rest] = parseInline('https://example.org/\u202egpj.exe');
    expect(link).toMatchObject({ kind: 'link', text: 'https://example.org/' });
    expect(rest).toEqual(text('\u202egpj.exe'));
  });

  it('keeps an address that is too long as text', () => {
    const long = `https://example.org/${'a'.repeat(3_000)}`;
    expect(parseInline(long).every((node) => node.kind === 'text')).toBe(true);
  });

  it('reads a mention, also in capitals, and none inside a word or a longer number', () => {
    expect(parseInline(`hello @${ID.toUpperCase()}!`)).toEqual([
      text('hello '),
      { kind: 'mention', accountId: ID },
      text('!')
    ]);
    expect(parseInline(`mail@${ID}`)).toEqual([text(`mail@${ID}`)]);
    expect(parseInline(`@${ID}0`)).toEqual([text(`@${ID}0`)]);
  });

  it('says marked text in plain words', () => {
    const nameOf = (accountId: string) => (accountId === ID ? 'Mara' : null);
    expect(markupWords(`**Hello** @${ID}, \`x\`\n> y`, nameOf)).toBe('Hello @Mara, x\ny');
    expect(markupWords(`@05${'00'.repeat(32)}`, nameOf)).toBe('@05000000');
  });
});

function flat(nodes: readonly InlineNode[]): InlineNode[] {
  return nodes.flatMap((node) => ('children' in node ? [node, ...flat(node.children)] : [node]));
}

describe('any text', () => {
  const part = fc.constantFrom(
    '*',
    '**',
    '_',
    '~~',
    '`',
    '```',
    '\n',
    '> ',
    ' ',
    'word',
    'https://',
    'a.example/',
    '@',
    ID,
    '(',
    ')',
    '\u202e',
    '💌'
  );
  const written = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.array(part, { maxLength: 60 }).map((parts) => parts.join(''))
  );

  it('shows only what was written, in order', () => {
    fc.assert(
      fc.property(written, (value) => {
        const lower = (whole: string) => whole.replaceAll(/@05[0-9a-f]{64}/gi, (id) => id.toLowerCase());
        expect(isSubsequence(seen(parseMarkup(value)), lower(value))).toBe(true);
      }),
      { numRuns: 500 }
    );
  });

  it('hides nothing but marks', () => {
    fc.assert(
      fc.property(written, (value) => {
        const bare = (whole: string) => whole.replaceAll(/[*_~`>\s]/g, '').toLowerCase();
        const withoutFences = value.replaceAll(/```[^\n]*/g, '');
        if (withoutFences === value) expect(bare(seen(parseMarkup(value)))).toBe(bare(value));
      }),
      { numRuns: 500 }
    );
  });

  it('is never nested deeper than the bound', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 200 }), (parts) => {
        expect(depth(parseMarkup(parts.join('')))).toBeLessThanOrEqual(MAX_MARK_DEPTH + 2);
      })
    );
  });

  it('is one node when nothing in it is special', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ,.!?äöü漢字]{1,80}$/), (value) => {
        expect(parseInline(value)).toEqual([text(value)]);
      })
    );
  });

  it.each([
    '*',
    '**a',
    '_a ',
    '`',
    '~~a',
    'https://a ',
    'https://',
    '> *',
    '```\n',
    '@05',
    '(',
    'https://a(',
    '*a '
  ])('takes time in proportion to its length: %j', (unit) => {
    const timeOf = (count: number) => {
      const value = unit.repeat(count);
      const start = performance.now();
      parseMarkup(value);
      return performance.now() - start;
    };
    timeOf(2_000);
    const small = Math.min(timeOf(5_000), timeOf(5_000), timeOf(5_000));
    const large = Math.min(timeOf(40_000), timeOf(40_000));
    // Eight times the length; squared it would be sixty-four.
    expect(large).toBeLessThan(small * 32 + 250);
  });
});

it('leaves names with several underscores as they are', () => {
  for (const name of ['__proto__', '__init__.py', 'snake__case', '___']) {
    expect(parseInline(name)).toEqual([text(name)]);
  }
});
