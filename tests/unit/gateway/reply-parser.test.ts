import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyParser } from '../../../gateway/reply-parser.ts';

interface Outcome {
  heads: [number, number | null][];
  body: string;
  ended: boolean | null;
  failed: boolean;
}

/** Feeds `text` in pieces of the given sizes (the last one repeats), then the end of the connection. */
function read(text: string, sizes: readonly number[] = [1_000_000], closes = true): Outcome {
  const outcome: Outcome = { heads: [], body: '', ended: null, failed: false };
  const parser = createReplyParser({
    onHead: (status, contentLength) => outcome.heads.push([status, contentLength]),
    onBody: (chunk) => (outcome.body += chunk.toString('latin1')),
    onEnd: (isReusable) => (outcome.ended = isReusable)
  });
  const bytes = Buffer.from(text, 'latin1');
  try {
    for (let start = 0, piece = 0; start < bytes.length; piece++) {
      const size = sizes[Math.min(piece, sizes.length - 1)] as number;
      parser.push(bytes.subarray(start, start + size));
      start += size;
    }
    if (closes) parser.end();
  } catch (error) {
    expect(error).toMatchObject({ code: 'reply-syntax' });
    outcome.failed = true;
  }
  return outcome;
}

const done = (status: number, length: number | null, body: string, ended: boolean): Outcome => ({
  heads: [[status, length]],
  body,
  ended,
  failed: false
});

const WELL_FORMED: [string, string, Outcome][] = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', done(200, 5, 'hello', true)],
  ['no reason', 'HTTP/1.1 421 \r\ncontent-length:3\r\n\r\nabc', done(421, 3, 'abc', true)],
  ['no body', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', done(200, 0, '', true)],
  ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', done(204, null, '', true)],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nX: y\r\n\r\n',
    done(200, null, 'abc0123456789', true)
  ],
  ['the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nall of this', done(200, null, 'all of this', false)],
  ['an older version', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi', done(200, 2, 'hi', false)],
  [
    'a last answer',
    'HTTP/1.1 200 OK\r\nConnection: a, Close\r\nContent-Length: 2\r\n\r\nhi',
    done(200, 2, 'hi', false)
  ],
  ['more than was asked', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi there', done(200, 2, 'hi', false)],
  [
    'an interim answer',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
    done(200, 2, 'hi', true)
  ],
  [
    'the same length twice',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi',
    done(200, 2, 'hi', true)
  ]
];

describe('the answer of a guard', () => {
  it.each(WELL_FORMED)('is read by %s', (_name, text, outcome) => {
    expect(read(text)).toEqual(outcome);
  });

  it('is the same however it is cut into pieces', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...WELL_FORMED), sizes, ([name, text, outcome], pieces) => {
        // What comes after the end is seen only when it comes with it.
        if (name === 'more than was asked') outcome = { ...outcome, ended: expect.any(Boolean) as boolean };
        expect(read(text, pieces)).toEqual(outcome);
      })
    );
  });

  it.each([
    ['nothing', ''],
    ['no HTTP', 'hello\r\n\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status above 599', 'HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(17_000)}`],
    ['a long head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n'],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n'],
    ['a line without colon', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['a length in hex', 'HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello'],
    ['a length beyond numbers', `HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(16)}\r\n\r\n`],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    ],
    ['another encoding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['an early end', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell'],
    ['an early end in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell'],
    ['a chunk of no size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'],
    ['a chunk of too great a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n'],
    ['a size line without end', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(300)}`],
    [
      'a chunk longer than it says',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n'
    ],
    [
      'endless trailers',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'X: y\r\n'.repeat(5_000)}\r\n`
    ],
    ['interim answers without end', 'HTTP/1.1 103 Hints\r\n\r\n'.repeat(20)]
  ])('is refused: %s', (_name, text) => {
    const outcome = read(text);
    expect(outcome.failed).toBe(true);
    expect(outcome.ended).toBeNull();
    expect(read(text, [1]).failed).toBe(true);
  });

  it('is either read or refused, whatever the bytes', () => {
    const part = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'Content-Length: 3\r\n',
      'Transfer-Encoding: chunked\r\n',
      '\r\n',
      '3\r\nabc\r\n',
      '0\r\n',
      'abc',
      ': '
    );
    const text = fc.array(fc.oneof(part, fc.string({ maxLength: 5 }))).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (bytes, size) => {
        const outcome = read(bytes, [size]);
        expect(outcome.failed || outcome.ended !== null).toBe(true);
      })
    );
  });
});
