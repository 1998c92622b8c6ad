import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  base64ToBytes,
  ByteReader,
  bytesToBase32z,
  bytesToBase64,
  bytesToBase64Unpadded,
  bytesToHex,
  bytesToUtf8,
  compareBytes,
  concatBytes,
  equalBytes,
  hexToBytes,
  isHex,
  utf8Length,
  utf8ToBytes,
  wipe
} from '../../../src/lib/bytes/index.ts';
import { errorCode } from '../../../src/lib/errors.ts';
import { loadVectors } from '../../support/vectors.ts';

function codeThrown(call: () => unknown): string | null {
  try {
    call();
    return null;
  } catch (error) {
    return errorCode(error);
  }
}

const anyBytes = fc.uint8Array({ maxLength: 200 });

describe('hex', () => {
  it('is two lower-case digits a byte and reads both cases', () => {
    expect(bytesToHex(Uint8Array.of(0, 1, 0xab, 0xff))).toBe('0001abff');
    expect(hexToBytes('0001aBFf')).toEqual(Uint8Array.of(0, 1, 0xab, 0xff));
    expect(hexToBytes('')).toEqual(new Uint8Array(0));
  });

  it('round-trips', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = bytesToHex(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('hex'));
        expect(hexToBytes(text)).toEqual(Uint8Array.from(bytes));
        expect(isHex(text)).toBe(true);
      })
    );
  });

  it('refuses odd lengths and other characters', () => {
    for (const text of ['0', '000', '0g', ' 0', '0x00', '00\n', 'é0', '+1', '-1']) {
      expect(codeThrown(() => hexToBytes(text))).toBe('bad-hex');
      expect(isHex(text)).toBe(false);
    }
  });
});

describe('base64', () => {
  it('is the standard alphabet, padded or not', () => {
    const bytes = Uint8Array.of(0xfb, 0xff, 0xbf, 0x01);
    expect(bytesToBase64(bytes)).toBe('+/+/AQ==');
    expect(bytesToBase64Unpadded(bytes)).toBe('+/+/AQ');
    expect(base64ToBytes('+/+/AQ==')).toEqual(bytes);
    expect(base64ToBytes('+/+/AQ')).toEqual(bytes);
    expect(base64ToBytes('')).toEqual(new Uint8Array(0));
  });

  it('round-trips, padded and not', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(bytesToBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(base64ToBytes(bytesToBase64(bytes))).toEqual(Uint8Array.from(bytes));
        expect(base64ToBytes(bytesToBase64Unpadded(bytes))).toEqual(Uint8Array.from(bytes));
      })
    );
  });

  it('encodes more than one piece of input', () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) & 0xff);
    expect(bytesToBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(equalBytes(base64ToBytes(bytesToBase64(bytes)), bytes)).toBe(true);
  });

  it('refuses blanks, other alphabets, stray padding and spare bits', () => {
    const refused = [
      'A',
      'AAAAA',
      'AA=',
      'A===',
      '====',
      '=',
      '==',
      'AA==AA==',
      'AA==A',
      'AB==',
      'AAB=',
      'AB'
    ];
    for (const text of [...refused, 'AA AA', ' AAAA', 'AAAA\n', 'AA-_', 'AAAé', 'AAA\u{1f600}', 'AA\0A']) {
      expect(codeThrown(() => base64ToBytes(text))).toBe('bad-base64');
    }
  });

  it('has one text for one value', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgw/+=_ '), maxLength: 12 }), (text) => {
        try {
          const bytes = base64ToBytes(text);
          expect([bytesToBase64(bytes), bytesToBase64Unpadded(bytes)]).toContain(text);
        } catch (error) {
          expect(errorCode(error)).toBe('bad-base64');
        }
      })
    );
  });
});

describe('base32z', () => {
  const { snode_address: vectors } = loadVectors<{ snode_address: { pubkey: string; address: string }[] }>(
    'network.json'
  );

  it.each(vectors)('writes the address of a service node: $address', ({ pubkey, address }) => {
    expect(`${bytesToBase32z(hexToBytes(pubkey))}.snode`).toBe(address);
  });

  it('has no padding', () => {
    expect(bytesToBase32z(new Uint8Array(0))).toBe('');
    expect(bytesToBase32z(Uint8Array.of(0xff))).toBe('9h');
  });
});

describe('UTF-8', () => {
  it('round-trips well-formed text, a byte order mark included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(bytesToUtf8(utf8ToBytes(text))).toBe(text);
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      })
    );
    expect(bytesToUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\u{feff}a');
  });

  it('writes lone surrogates as U+FFFD', () => {
    expect(bytesToHex(utf8ToBytes('\ud800'))).toBe('efbfbd');
  });

  it('refuses bytes that are not UTF-8', () => {
    for (const hex of ['ff', 'c3', 'c080', 'eda080', 'f4908080', '61e282']) {
      expect(codeThrown(() => bytesToUtf8(hexToBytes(hex)))).toBe('bad-utf8');
    }
  });
});

describe('comparing, joining and wiping', () => {
  it('joins parts into a new array', () => {
    const part = Uint8Array.of(1, 2);
    const joined = concatBytes(part, new Uint8Array(0), Uint8Array.of(3));
    expect(joined).toEqual(Uint8Array.of(1, 2, 3));
    joined[0] = 9;
    expect(part).toEqual(Uint8Array.of(1, 2));
    expect(concatBytes()).toEqual(new Uint8Array(0));
  });

  it('is equal for equal bytes alone', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
    expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });

  it('orders by bytes as Buffer does', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      })
    );
  });

  it('wipes in place', () => {
    const secrets = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    wipe(...secrets);
    expect(secrets).toEqual([new Uint8Array(2), new Uint8Array(1)]);
  });
});

describe('the bounded reader', () => {
  const reader = () => new ByteReader(hexToBytes('ff0102030405060708090a0b0c0d0e0f1011').subarray(1));

  it('reads numbers and views from front to back', () => {
    const bytes = reader();
    expect([bytes.u8(), bytes.u16be(), bytes.u32be()]).toEqual([1, 0x0203, 0x04050607]);
    expect(bytes.u32le()).toBe(0x0b0a0908);
    expect([bytes.offset, bytes.remaining]).toEqual([11, 6]);
    expect(bytesToHex(bytes.take(2))).toBe('0c0d');
    expect(bytesToHex(bytes.rest())).toBe('0e0f1011');
    expect(bytes.remaining).toBe(0);
    expect(bytes.rest()).toHaveLength(0);
    expect(reader().u64be()).toBe(0x0102030405060708n);
  });

  it('refuses to read past the end, and stays where it was', () => {
    const bytes = reader();
    for (const length of [18, -1, 1.5, Number.NaN, 2 ** 53]) {
      expect(codeThrown(() => bytes.take(length))).toBe('too-short');
    }
    expect(bytes.offset).toBe(0);
    bytes.take(16);
    for (const read of [() => bytes.u16be(), () => bytes.u32be(), () => bytes.u32le(), () => bytes.u64be()]) {
      expect(codeThrown(read)).toBe('too-short');
    }
    expect(bytes.u8()).toBe(0x11);
    expect(codeThrown(() => bytes.u8())).toBe('too-short');
  });
});
