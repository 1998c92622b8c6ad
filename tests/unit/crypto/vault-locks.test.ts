import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createEmptyWipeMark,
  createPassphraseParameters,
  createRoot,
  decodePassphraseParameters,
  deriveEntryKeys,
  derivePasskeyKey,
  encodePassphraseParameters,
  LOCK_COST,
  MAX_SLOT_CONTENT_BYTES,
  opensWipeMark,
  sealWipeMark,
  unwrapRoot,
  wrapRoot
} from '../../../src/lib/crypto/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const CHEAP = { memoryKiB: 8, passes: 1 };
const parameters = (seed = 1) => createPassphraseParameters(CHEAP, seededRandom(seed));

describe('keys of a lock', () => {
  it('cost what the design asks for', () => {
    expect(LOCK_COST).toEqual({ memoryKiB: 65_536, passes: 3 });
  });

  it('open with the same passphrase, however it is composed, and with no other', async () => {
    const random = seededRandom(2);
    const root = createRoot(random);
    const wrapped = await wrapRoot((await deriveEntryKeys('caf\u00e9', parameters())).root, root, random);
    const again = await deriveEntryKeys('cafe\u0301', parameters());
    expect(await unwrapRoot(again.root, wrapped)).toEqual(root);
    for (const [text, other] of [
      ['cafe', parameters()],
      ['Caf\u00e9', parameters()],
      ['caf\u00e9', parameters(9)],
      ['caf\u00e9', { ...parameters(), cost: { memoryKiB: 16, passes: 1 } }],
      ['caf\u00e9', { ...parameters(), cost: { memoryKiB: 8, passes: 2 } }]
    ] as const) {
      const wrong = await deriveEntryKeys(text, other);
      await expect(unwrapRoot(wrong.root, wrapped)).rejects.toMatchObject({ code: 'open-failed' });
    }
  });

  it('tell the wipe code from every other entry, and from there being none', async () => {
    const random = seededRandom(3);
    const { wipe, root } = await deriveEntryKeys('burn', parameters());
    const mark = await sealWipeMark(wipe, random);
    expect(await opensWipeMark(wipe, mark)).toBe(true);
    expect(await opensWipeMark(root, mark)).toBe(false);
    expect(await opensWipeMark((await deriveEntryKeys('bum', parameters())).wipe, mark)).toBe(false);
    const none = createEmptyWipeMark(random);
    expect(none).toHaveLength(mark.length);
    expect(await opensWipeMark(wipe, none)).toBe(false);
    expect(await opensWipeMark(wipe, new Uint8Array())).toBe(false);
  });

  it('of passkeys need 32 bytes, and differ with each', async () => {
    const random = seededRandom(4);
    const root = createRoot(random);
    const wrapped = await wrapRoot(await derivePasskeyKey(new Uint8Array(32).fill(5)), root, random);
    expect(await unwrapRoot(await derivePasskeyKey(new Uint8Array(32).fill(5)), wrapped)).toEqual(root);
    const other = await derivePasskeyKey(new Uint8Array(32).fill(6));
    await expect(unwrapRoot(other, wrapped)).rejects.toMatchObject({ code: 'open-failed' });
    expect(() => derivePasskeyKey(new Uint8Array(31))).toThrow();
  });

  it('give no bytes away', async () => {
    const keys = [
      ...Object.values(await deriveEntryKeys('x', parameters())),
      await derivePasskeyKey(new Uint8Array(32))
    ];
    for (const key of keys) expect(key.extractable).toBe(false);
  });
});

describe('parameters of a passphrase', () => {
  it('fit a slot and come back as they were', () => {
    const cost = fc.record({
      memoryKiB: fc.integer({ min: 8, max: 1_048_576 }),
      passes: fc.integer({ min: 1, max: 64 })
    });
    const salt = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(cost, salt, (costOf, saltOf) => {
        const bytes = encodePassphraseParameters({ cost: costOf, salt: saltOf });
        expect(bytes.length).toBeLessThanOrEqual(MAX_SLOT_CONTENT_BYTES);
        expect(decodePassphraseParameters(bytes)).toEqual({ cost: costOf, salt: saltOf });
      })
    );
  });

  it('that are damaged, or ask for more than a device has, are none', () => {
    const good = encodePassphraseParameters(parameters());
    expect(decodePassphraseParameters(good)).not.toBeNull();
    const changed = (index: number, value: number) => {
      const bytes = good.slice();
      bytes[index] = value;
      return bytes;
    };
    for (const bytes of [
      good.subarray(1),
      new Uint8Array(),
      changed(0, 2),
      changed(1, 0xff),
      changed(4, 7),
      changed(5, 0),
      changed(5, 65)
    ]) {
      expect(decodePassphraseParameters(bytes)).toBeNull();
    }
  });

  it('are bounded whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 62 }), (bytes) => {
        const read = decodePassphraseParameters(bytes);
        if (!read) return;
        expect(read.cost.memoryKiB).toBeLessThanOrEqual(1_048_576);
        expect(read.cost.passes).toBeLessThanOrEqual(64);
        expect(read.salt).toHaveLength(16);
      })
    );
  });
});
