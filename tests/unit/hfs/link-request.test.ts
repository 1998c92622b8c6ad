// v2-forward-secrecy-and-pq.md §12.2, with A16, A17 and the values of Appendix A.
import { describe, expect, it } from 'vitest';
import { bytesToHex, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import type { DeviceRecord } from '../../../src/lib/hfs/group-records.ts';
import { purposeHash } from '../../../src/lib/hfs/hashes.ts';
import {
  buildLinkRequest,
  groupSymbols,
  linkSymbols,
  linkSymbolSeed,
  openLinkRequest
} from '../../../src/lib/hfs/link-request.ts';
import { deriveRotatingKeys, type RotatingKeys } from '../../../src/lib/hfs/rotating-keys.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { codeOf } from '../crypto/support.ts';
import { ALICE, BACKENDS, BOB, counting, filled } from './people.ts';

const random = seededRandom(13);
const RECORD: DeviceRecord = {
  sequence: 1,
  activeSeconds: 1_795_000_000,
  publicKeys: { mlKem: filled(3, 1184), x25519: filled(4) },
  description: 'Chromium',
  polledSeconds: null,
  type: 'web',
  version: 1000,
  unknown: new Map()
};

it('shows the symbols of Appendix A', async () => {
  const bytes = utf8ToBytes('example link request');
  expect(bytesToHex(await linkSymbolSeed(bytes))).toBe('dc986a8315bb9051633b967bc8b84e64');
  expect(await linkSymbols(bytes, 7)).toEqual([28, 35, 41, 26, 3, 22, 49]);
});

it('shows twenty-one for who wants to be surer, and four for a group', async () => {
  const symbols = await linkSymbols(utf8ToBytes('example link request'), 21);
  expect(symbols).toHaveLength(21);
  expect(symbols.slice(0, 7)).toEqual([28, 35, 41, 26, 3, 22, 49]);
  for (const symbol of [...symbols, ...groupSymbols(filled(1, 8))]) {
    expect(symbol).toBeGreaterThanOrEqual(0);
    expect(symbol).toBeLessThan(64);
  }
  expect(groupSymbols(filled(1, 8))).not.toEqual(groupSymbols(filled(2, 8)));
});

describe.each(BACKENDS)('with $name', ({ crypto }) => {
  const group = () => deriveRotatingKeys(crypto, 'account', counting(0));
  const pair = (keys: RotatingKeys) => ({
    secretKey: keys.x25519SecretKey,
    publicKey: keys.publicKeys.x25519
  });
  const build = async (changes: Partial<Parameters<typeof buildLinkRequest>[1]> = {}) =>
    buildLinkRequest(crypto, {
      root: BOB,
      groupLinkKey: (await group()).publicKeys.x25519,
      deviceId: filled(9),
      record: RECORD,
      ...changes
    });

  it('derives key and indicator as Appendix A says', async () => {
    const [x, e] = [(await group()).publicKeys.x25519, filled(0x11)];
    const ephemeral = await crypto.x25519PublicKey(e);
    const key = purposeHash(56, 'SessionDvGrpLink', [
      await crypto.x25519SharedSecret(e, x),
      ephemeral,
      x
    ]).subarray(0, 32);
    expect(bytesToHex(key)).toBe('9b184ad557f779ae835fc74a6b76addaa2b9e6ccceb6f9be210abe2b6be1e69d');
    const { message } = await build({ ephemeralSecretKey: e });
    const indicator = message.subarray(-3, -1);
    const kiss = [0, 1].map((index) => (indicator[index] as number) ^ (x[index] as number));
    expect(bytesToHex(Uint8Array.from(kiss))).toBe('5ac1');
  });

  it('is opened by the group, with the very bytes the new device derives its symbols from', async () => {
    const keys = await group();
    const other = await deriveRotatingKeys(crypto, 'account', random(32));
    const { message, request } = await build();
    const opened = await openLinkRequest(crypto, message, BOB, [pair(other), pair(keys)]);
    expect(opened).toEqual(request);
    expect(opened?.record).toEqual(RECORD);
  });

  it('A17: is nothing without the group’s key, or when the account did not sign it', async () => {
    const keys = await group();
    const { message } = await build();
    const other = await deriveRotatingKeys(crypto, 'account', random(32));
    expect(await openLinkRequest(crypto, message, BOB, [pair(other)])).toBe(null);
    // Who lacks the recovery phrase knows all the public keys and can seal, but not sign.
    const forged = await build({ root: { ...BOB, ed25519Seed: ALICE.ed25519Seed } });
    expect(await openLinkRequest(crypto, forged.message, BOB, [pair(keys)])).toBe(null);
  });

  it('A16: shows other symbols when it was exchanged on the way', async () => {
    const [own, theirs] = await Promise.all([
      build(),
      build({
        deviceId: filled(10),
        record: { ...RECORD, publicKeys: { mlKem: filled(5, 1184), x25519: filled(6) } }
      })
    ]);
    expect(await linkSymbols(own.request.inner, 7)).not.toEqual(await linkSymbols(theirs.request.inner, 7));
  });

  it('opens nothing that was altered, and refuses what is too large', async () => {
    const keys = await group();
    const { message } = await build();
    for (let offset = 0; offset < message.length; offset += 41) {
      const altered = message.with(offset, (message[offset] as number) ^ 0x01);
      const opened = await openLinkRequest(crypto, altered, BOB, [pair(keys)]).catch(() => null);
      expect(opened, `byte ${offset}`).toBe(null);
    }
    expect(await codeOf(openLinkRequest(crypto, new Uint8Array(9000), BOB, []))).toBe('too-large');
  });
});
