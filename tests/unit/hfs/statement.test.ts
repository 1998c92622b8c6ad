// v2-forward-secrecy-and-pq.md §10.4 and §15.2.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesToHex, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { decodeStatement, encodeStatement } from '../../../src/lib/hfs/statement.ts';
import { decodeContent, encodeContent } from '../../../src/lib/wire/index.ts';
import { codeThrown } from '../crypto/support.ts';

const seconds = fc.integer({ min: 0, max: 2 ** 40 });

it('comes back as it was', () => {
  fc.assert(
    fc.property(
      fc.record({
        keyId: fc.uint8Array({ minLength: 8, maxLength: 8 }),
        createdSeconds: seconds,
        announcement: fc.option(fc.uint8Array({ maxLength: 1500 })),
        resend: fc.option(
          fc.tuple(seconds, seconds).map(([from, length]) => ({
            fromSeconds: from,
            toSeconds: from + length
          }))
        )
      }),
      (statement) => {
        expect(decodeStatement(encodeStatement(statement))).toEqual(statement);
      }
    )
  );
});

it('A20: stands in field 2141 of a Content, which other fields do not notice', () => {
  const statement = encodeStatement({
    keyId: utf8ToBytes('12345678'),
    createdSeconds: 5,
    announcement: null,
    resend: null
  });
  const bytes = encodeContent({ sigTimestamp: 7n, onionskin: statement });
  expect(bytesToHex(bytes)).toBe(`7807ea8501${statement.length.toString(16)}${bytesToHex(statement)}`);
  expect(decodeContent(bytes)).toMatchObject({ sigTimestamp: 7n, onionskin: statement });
});

it('is nothing in a version that is not known', () => {
  expect(decodeStatement(utf8ToBytes('d1:ci5e1:k8:123456781:vi2ee'))).toBe(null);
  expect(decodeStatement(utf8ToBytes('d1:ci5e1:k8:123456781:vi1e1:z3:newe'))).toMatchObject({
    createdSeconds: 5
  });
});

it.each([
  'd1:ci5e1:k7:12345671:vi1ee',
  'd1:k8:123456781:vi1ee',
  'd1:ci5e1:k8:123456781:q3:abc1:vi1ee',
  'd1:ci5e1:k8:123456781:qd1:fi9e1:ti8ee1:vi1ee',
  'd1:ci5e1:k8:123456781:qd1:fi9ee1:vi1ee',
  'le',
  ''
])('refuses %s', (text) => {
  expect(codeThrown(() => decodeStatement(utf8ToBytes(text)))).toBe('malformed');
});

it('refuses what is too large, and survives anything', () => {
  expect(codeThrown(() => decodeStatement(new Uint8Array(5000)))).toBe('too-large');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(['malformed', 'too-large', null]).toContain(codeThrown(() => decodeStatement(bytes)));
    })
  );
});
