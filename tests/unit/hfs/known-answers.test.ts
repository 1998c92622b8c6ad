// v2-forward-secrecy-and-pq.md, Appendix A, on both backends.
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { positiveEd25519PublicKey } from '../../../src/lib/crypto/index.ts';
import { buildAnnouncement, openAnnouncement } from '../../../src/lib/hfs/announcement.ts';
import { openEnvelope, sealEnvelope } from '../../../src/lib/hfs/envelope.ts';
import { accountKeyId, derivePublicKeys, deriveRotatingKeys } from '../../../src/lib/hfs/rotating-keys.ts';
import { ALICE, BACKENDS, BOB, counting, digest, filled } from './people.ts';

const SEED = counting(0);
const hex = bytesToHex;

it('knows the two people', () => {
  expect(ALICE.accountId).toBe('054a3807d064d077181cc070989e76891d20dca5559548dc2c77c1a50273882b38');
  expect(BOB.accountId).toBe('05577faef0060dfd00c039272bc6fe7c42689ce16db47b6fc2aa41d19819ffa936');
  expect(hex(BOB.ed25519PublicKey)).toBe('e7f162a10bec559afea195e4dce84b69568d5d2cb0963eb446c0685e2b17f2f0');
  expect(hex(positiveEd25519PublicKey(BOB.x25519PublicKey))).toBe(
    'e7f162a10bec559afea195e4dce84b69568d5d2cb0963eb446c0685e2b17f270'
  );
  expect(hex(positiveEd25519PublicKey(ALICE.x25519PublicKey))).toBe(hex(ALICE.ed25519PublicKey));
});

describe.each(BACKENDS)('K1: the values of Appendix A, with $name', ({ crypto }) => {
  it('derives the keys of a seed', async () => {
    const account = await derivePublicKeys(crypto, 'account', SEED);
    expect(hex(account.x25519)).toBe('1d9a352768744fe42467c85a811700599733c2fc327988fde05061e50c956a6a');
    expect(hex(account.mlKem.subarray(0, 16))).toBe('da032578c43563e6c4f5d71ac1da4970');
    expect(digest(account.mlKem)).toBe('ee99099e6c22137681b5c56319887c28358c76b215cea7cbc18f91aea0649791');
    expect(hex(accountKeyId(account))).toBe('b9eb5491b56a7b40');
    const device = await derivePublicKeys(crypto, 'device', SEED);
    expect(hex(device.x25519)).toBe('f2a1e63b707b3779400ae0fbed5a59ee43a60e8e688f0d2a7ddfc0fad5315704');
    expect(digest(device.mlKem)).toBe('b644fc6417b7c6cb74c2947ae4e3a251bed97ac658ecda11f99f195e9e9179c3');
  });

  it('seals the message', async () => {
    const publicKeys = await derivePublicKeys(crypto, 'account', SEED);
    const message = await sealEnvelope(crypto, {
      content: hexToBytes('7801'),
      sender: ALICE,
      recipient: BOB.accountId,
      publicKeys,
      known: { ephemeralSecretKey: filled(0x11), coins: filled(0x22) }
    });
    expect(message.length).toBe(1536);
    expect(hex(message.subarray(0, 4))).toBe('00027a52');
    expect(hex(message.subarray(4, 36))).toBe(
      '7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13'
    );
    expect(digest(message.subarray(36, 36 + 1088))).toBe(
      '3bba23d97849e93375ad41ba784f6932c0fb56a93dabd7fcb40c9f3dcb54da76'
    );
    expect(digest(message)).toBe('3f37517eaad7a32e83e62638a87f8360ec73d0e92820f2d385b91e352c9f5791');
  });

  it('opens the message', async () => {
    const keys = await deriveRotatingKeys(crypto, 'account', SEED);
    const message = await sealEnvelope(crypto, {
      content: hexToBytes('7801'),
      sender: ALICE,
      recipient: BOB.accountId,
      publicKeys: keys.publicKeys,
      known: { ephemeralSecretKey: filled(0x11), coins: filled(0x22) }
    });
    const opened = await openEnvelope(crypto, message, BOB, [keys]);
    expect(hex(opened.content)).toBe('7801');
    expect(opened).toMatchObject({ senderAccountId: ALICE.accountId, protection: 'hybrid', keys });
  });

  it('builds both announcements', async () => {
    const publicKeys = await derivePublicKeys(crypto, 'account', SEED);
    const unhedged = { ...crypto, random: (length: number) => new Uint8Array(length) };
    const plain = await buildAnnouncement(unhedged, { identity: BOB, publicKeys, retentionDays: 16 });
    expect(plain.length).toBe(1302);
    expect(digest(plain)).toBe('b0f816788ca8137cc6b05988c52a02d8402d653bdb8d226ca0a89ee34e9dbe98');
    expect(hex(plain.subarray(-65, -1))).toBe(
      'a359698ff7c5c0ca10d23fc0a228bff49932f608fc8e5aaf242e52e352b51432' +
        '6138756e01ae3064b3e093cf9cf6e44727e98b4266d8dd424d32bd971bfc4e04'
    );
    const full = await buildAnnouncement(unhedged, {
      identity: BOB,
      createdSeconds: 1_795_000_000,
      publicKeys,
      continuitySeed: filled(0x55),
      retentionDays: 16
    });
    expect(full.length).toBe(1438);
    expect(digest(full)).toBe('874361618263094eb5de227f80254cedde856478133b10f66af3685554ffd89e');
    const opened = await openAnnouncement(crypto, full, BOB.accountId);
    expect(hex(opened?.additions?.continuityPublicKey ?? new Uint8Array())).toBe(
      'c6822637c7d310ec57627be00ba259d253749f4aaf644470cffbe53a35f73242'
    );
  });
});
