// v2-forward-secrecy-and-pq.md §9.1 and §9.4, with A7, A10 and A18 of §23 as far as one announcement tells.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { signPositive } from '../../../src/lib/crypto/index.ts';
import {
  buildAnnouncement,
  hasSameKeys,
  MAX_ANNOUNCEMENT_BYTES,
  openAnnouncement
} from '../../../src/lib/hfs/announcement.ts';
import { derivePublicKeys, type PublicKeys } from '../../../src/lib/hfs/rotating-keys.ts';
import { appendEntry, closeDict, openDictBytes } from '../../../src/lib/hfs/signed-dict.ts';
import type { BtInput } from '../../../src/lib/wire/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { codeOf } from '../crypto/support.ts';
import { BACKENDS, BOB, CAROL } from './people.ts';

const random = seededRandom(11);

describe.each(BACKENDS)('with $name', ({ crypto }) => {
  let publicKeys: PublicKeys;
  const continuitySeed = random(32);
  const build = (changes: Partial<Parameters<typeof buildAnnouncement>[1]> = {}) =>
    buildAnnouncement(crypto, {
      identity: BOB,
      createdSeconds: 1_795_000_000,
      publicKeys,
      continuitySeed,
      retentionDays: 16,
      ...changes
    });
  /** A dict of any entries with the account's own signature. */
  const signed = (entries: [string, BtInput][]) => {
    const body = openDictBytes(new Map(entries));
    return closeDict(appendEntry(body, '~', signPositive(BOB.ed25519Seed, body, random(64))));
  };

  beforeAll(async () => {
    publicKeys = await derivePublicKeys(crypto, 'account', random(32));
  });

  it('comes back as it was built', async () => {
    const opened = await openAnnouncement(crypto, await build(), BOB.accountId);
    expect(opened).toMatchObject({ createdSeconds: 1_795_000_000, publicKeys });
    expect(opened?.additions).toMatchObject({ version: 1, retentionDays: 16 });
    expect(bytesToHex(opened?.additions?.continuityPublicKey ?? new Uint8Array())).toBe(
      bytesToHex(await crypto.ed25519PublicKey(continuitySeed))
    );
  });

  it('withdraws in 207 bytes that offer no key', async () => {
    const bytes = await build({ publicKeys: null });
    expect(bytes.length).toBe(207);
    const opened = await openAnnouncement(crypto, bytes, BOB.accountId);
    expect(opened).toMatchObject({ publicKeys: null, createdSeconds: 1_795_000_000 });
  });

  it('reads the official form, which has no additions and may have no time', async () => {
    const bytes = await buildAnnouncement(crypto, { identity: BOB, publicKeys, retentionDays: 16 });
    const opened = await openAnnouncement(crypto, bytes, BOB.accountId);
    expect(opened).toMatchObject({ createdSeconds: null, additions: null, publicKeys });
  });

  it('skips entries it does not know', async () => {
    const bytes = signed([
      ['M', publicKeys.mlKem],
      ['X', publicKeys.x25519],
      ['z', [1, 'two']]
    ]);
    expect(await openAnnouncement(crypto, bytes, BOB.accountId)).toMatchObject({ publicKeys });
  });

  it('A7: is nobody else’s, and no byte of it can be changed', async () => {
    const bytes = await build();
    expect(await openAnnouncement(crypto, bytes, CAROL.accountId)).toBe(null);
    for (let offset = 0; offset < bytes.length; offset += 13) {
      const altered = bytes.with(offset, (bytes[offset] as number) ^ 0x01);
      const outcome = await openAnnouncement(crypto, altered, BOB.accountId).catch(() => null);
      expect(outcome, `byte ${offset}`).toBe(null);
    }
  });

  it('is not the group’s when the continuity signature is another’s', async () => {
    const theirs = await crypto.ed25519Sign(random(32), random(64));
    const bytes = signed([
      ['@', 1_795_000_000],
      ['M', publicKeys.mlKem],
      ['X', publicKeys.x25519],
      ['g', await crypto.ed25519PublicKey(continuitySeed)],
      ['h', 1],
      ['r', 16],
      ['s', theirs]
    ]);
    expect(await openAnnouncement(crypto, bytes, BOB.accountId)).toBe(null);
  });

  it('A10: refuses additions of which a part is gone', async () => {
    const all: [string, BtInput][] = [
      ['M', publicKeys.mlKem],
      ['X', publicKeys.x25519],
      ['g', random(32)],
      ['h', 1],
      ['r', 16],
      ['s', random(64)]
    ];
    for (const gone of ['g', 'h', 'r', 's']) {
      const bytes = signed(all.filter(([key]) => key !== gone));
      expect(await codeOf(openAnnouncement(crypto, bytes, BOB.accountId)), gone).toBe('malformed');
    }
  });

  it('A18: refuses keys nobody could use, and a withdrawal that offers keys', async () => {
    const lowOrder = new Uint8Array(32);
    const outOfRange = publicKeys.mlKem.with(0, 0xff).with(1, 0xff);
    const wrong: [string, BtInput][][] = [
      [
        ['M', publicKeys.mlKem],
        ['X', lowOrder]
      ],
      [
        ['M', outOfRange],
        ['X', publicKeys.x25519]
      ],
      [
        ['M', publicKeys.mlKem.subarray(1)],
        ['X', publicKeys.x25519]
      ],
      [['M', publicKeys.mlKem]],
      [['X', publicKeys.x25519]],
      [
        ['M', publicKeys.mlKem],
        ['W', 1],
        ['X', publicKeys.x25519]
      ],
      [['W', 2]],
      [
        ['@', -1],
        ['W', 1]
      ]
    ];
    for (const entries of wrong) {
      expect(await codeOf(openAnnouncement(crypto, signed(entries), BOB.accountId))).toBe('malformed');
    }
  });

  it('A18: refuses what is too large before it reads it', async () => {
    const large = new Uint8Array(10_000_000).fill(0x6c);
    expect(await codeOf(openAnnouncement(crypto, large, BOB.accountId))).toBe('too-large');
    const deep = utf8ToBytes('l'.repeat(MAX_ANNOUNCEMENT_BYTES));
    expect(await codeOf(openAnnouncement(crypto, deep, BOB.accountId))).toBe('too-large');
    const many = utf8ToBytes(`d1:~l${'0:'.repeat(2000)}ee`);
    expect(await codeOf(openAnnouncement(crypto, many, BOB.accountId))).toBe('too-large');
  });

  it('survives anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(await codeOf(openAnnouncement(crypto, bytes, BOB.accountId))).toMatch(/malformed|too-large/);
      }),
      { numRuns: 200 }
    );
  });

  it('tells whether two announcements offer the same keys', async () => {
    const open = async (bytes: Uint8Array) => {
      const opened = await openAnnouncement(crypto, bytes, BOB.accountId);
      if (opened === null) throw new Error('expected an announcement');
      return opened;
    };
    const [first, later, gone] = await Promise.all([
      build().then(open),
      build({ createdSeconds: 1_795_000_001 }).then(open),
      build({ publicKeys: null }).then(open)
    ]);
    const other = await open(
      await build({ publicKeys: await derivePublicKeys(crypto, 'account', random(32)) })
    );
    expect(hasSameKeys(first, later)).toBe(true);
    expect(hasSameKeys(first, other)).toBe(false);
    expect(hasSameKeys(first, gone)).toBe(false);
    expect(hasSameKeys(gone, gone)).toBe(true);
  });
});
