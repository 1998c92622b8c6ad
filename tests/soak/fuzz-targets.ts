// Every parser of bytes from strangers, with real input that it accepts. A new parser is added here.
import { zstdCompressSync } from 'node:zlib';
import { parseAccountId } from '../../src/lib/account-id.ts';
import {
  base64ToBytes,
  bytesToBase64,
  bytesToUtf8,
  hexToBytes,
  utf8ToBytes
} from '../../src/lib/bytes/index.ts';
import { layoutOf, openChunkOf } from '../../src/lib/backup/chunks.ts';
import { decodeHeader, HEADER_BYTES } from '../../src/lib/backup/header.ts';
import { readBackup } from '../../src/lib/backup/index.ts';
import { createBackupReader } from '../../src/lib/backup/reader.ts';
import {
  checkRecoveryWords,
  createCryptoBackend,
  createNobleBackend,
  decodeRecoveryPassword,
  decryptLegacyAttachment,
  decryptProfilePicture,
  decryptStream,
  deriveIdentity,
  encryptLegacyAttachment,
  encryptProfilePicture,
  encodeRecoveryPassword,
  encryptLayer,
  encryptStream,
  openMessage,
  sealMessage,
  stripPadding,
  type HopKey
} from '../../src/lib/crypto/index.ts';
import {
  CONFIG_KINDS,
  decodeConfigMessage,
  decodeConfigState,
  decompressZstd,
  editConfig,
  encodeConfigState,
  NEW_CONFIG,
  openConfig,
  receiveConfigs,
  splitConfig,
  storeZstd,
  withValue
} from '../../src/lib/config/index.ts';
import { encryptConfig } from '../../src/lib/crypto/config-cipher.ts';
import { AppError } from '../../src/lib/errors.ts';
import { readInfo, readUploaded } from '../../src/lib/files/index.ts';
import {
  cleanContentType,
  readImageHeader,
  safeFileName,
  sniffMediaType,
  stripMetadata
} from '../../src/lib/media/index.ts';
import { MAINNET } from '../../src/lib/networks.ts';
import { readDescriptor, parseNetworkFile } from '../../src/lib/messenger/network-descriptor.ts';
import { openItem } from '../../src/lib/messenger/open-item.ts';
import { openNodeResponse, openServerResponse } from '../../src/lib/onion/open-response.ts';
import { readSnapshot, type OnionSnapshot } from '../../src/lib/onion/snapshot.ts';
import { decodeReleaseManifest } from '../../src/lib/release.ts';
import { readAccountField } from '../../src/lib/state/account-field.ts';
import { accountIdFromQr, readInviteHash, readInviteLink } from '../../src/lib/state/invite.ts';
import { decodeBt, unwrapEnvelope, wrapEnvelope } from '../../src/lib/wire/index.ts';
import { createReplyParser } from '../../gateway/reply-parser.ts';
import { gif, gifFrame, jpeg, png, webp, webpExtended, webpLossy } from '../support/pictures.ts';
import { CHEAP_HEADER, FILE, quickKeys, sampleBackup, sourceOf } from '../support/backup-file.ts';
import { loadVectors } from '../support/vectors.ts';
import { DECODERS } from '../support/wire-decoders.ts';

export interface FuzzTarget {
  readonly name: string;
  /** Real input; each of it gives a value. */
  readonly seeds: readonly Uint8Array[];
  /** Gives a value or throws an AppError; anything else is a fault. */
  readonly parse: (bytes: Uint8Array) => unknown;
  /** Changes plain input into what the parser is given, so that damage reaches what lies behind a seal. */
  readonly seal?: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** A key operation stands in front of what is parsed; another target goes behind it. */
  readonly isKeyed?: boolean;
}

const text = (parse: (text: string) => unknown) => (bytes: Uint8Array) => parse(bytesToUtf8(bytes));
const json = (value: unknown) => utf8ToBytes(JSON.stringify(value));

function textTargets(accountId: string, words: readonly string[]): FuzzTarget[] {
  const link = `https://example.org/#/c/${accountId}`;
  const texts = (...list: string[]) => list.map((item) => utf8ToBytes(item));
  const seedHex = '00112233445566778899aabbccddeeff';
  const descriptor = {
    id: 'ab'.repeat(32),
    kind: 'local',
    seeds: [{ url: 'http://127.0.0.1:4433/json_rpc' }],
    anchors: [],
    listSigningKeyHex: 'ab'.repeat(32),
    minimumPool: 5,
    fileServer: { ...MAINNET.fileServer, host: '127.0.0.1' },
    echoAccountId: accountId
  };
  const snapshot: OnionSnapshot = {
    version: 1,
    networkId: 'ab'.repeat(32),
    nodes: [{ ed25519PublicKeyHex: 'cd'.repeat(32), ip: '1.2.3.4', port: 22021, swarmIdHex: null }],
    verifiedAtMs: 1_690_000_000_000,
    guards: ['cd'.repeat(32)],
    freshGuards: [{ gateway: 'https://example.org', atMs: 1_690_000_000_000 }],
    strikes: { ['cd'.repeat(32)]: [1_690_000_000_000] },
    gateway: null
  };
  return [
    { name: 'recovery phrase', seeds: texts(words.join(' '), seedHex), parse: text(decodeRecoveryPassword) },
    { name: 'recovery words as typed', seeds: texts(words.join(' ')), parse: text(checkRecoveryWords) },
    { name: 'Account ID', seeds: texts(accountId), parse: text(parseAccountId) },
    {
      name: 'Account ID field',
      seeds: texts(accountId, link),
      parse: text((it) => readAccountField(it, null))
    },
    { name: 'invite address', seeds: texts(`#/c/${accountId}`), parse: text(readInviteHash) },
    { name: 'invite link', seeds: texts(link), parse: text(readInviteLink) },
    { name: 'QR text', seeds: texts(accountId, link, seedHex), parse: text(accountIdFromQr) },
    { name: 'network file', seeds: [json(descriptor)], parse: text(parseNetworkFile) },
    { name: 'kept network', seeds: [json(descriptor)], parse: text((it) => readDescriptor(asJson(it))) },
    {
      name: 'release manifest',
      seeds: [json({ version: '1', files: { '/index.html': 'ab'.repeat(32) } })],
      parse: text(decodeReleaseManifest)
    },
    {
      name: 'onion snapshot',
      seeds: [json(snapshot)],
      parse: text((it) => readSnapshot(asJson(it), 'ab'.repeat(32), 1_700_000_000_000))
    }
  ];
}

/** Parsers of values are fed what JSON can hold. */
function asJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return source;
  }
}

const { sections } = loadVectors<{
  sections: {
    accounts: { what: string; seed_hex: string }[];
    messages: { to: string; wrapped_b64: string }[];
  };
}>('accounts-and-messages.json');

async function sealedTargets(): Promise<FuzzTarget[]> {
  const crypto = await createCryptoBackend();
  const [message] = sections.messages;
  const account = sections.accounts.find(({ what }) => what.toLowerCase().includes(message?.to ?? ''));
  if (!message || !account) throw new Error('no message in the vectors');
  const recipient = deriveIdentity(hexToBytes(account.seed_hex));
  const stored = base64ToBytes(message.wrapped_b64);
  const envelope = unwrapEnvelope(stored);
  const { content } = envelope;
  const { padded } = await openMessage(crypto, content, recipient);
  const key: HopKey = { cipher: 'aes-gcm', key: new Uint8Array(32).fill(7) };
  const other: HopKey = { cipher: 'xchacha20', key: new Uint8Array(32).fill(8) };
  const sealedText = async (plaintext: Uint8Array) =>
    utf8ToBytes(bytesToBase64(await encryptLayer(crypto, key, plaintext)));
  const reply = json({ status: 200, body: JSON.stringify({ t: 1, messages: [] }) });
  const v4 = utf8ToBytes('l12:{"code":200}2:oke');
  const keys = { destinationKey: key, lastHopKey: other };
  return [
    {
      name: 'stored item, opened',
      seeds: [padded],
      seal: async (plaintext) => {
        const recipientX25519PublicKey = recipient.x25519PublicKey;
        const sealing = { padded: plaintext, sender: recipient, recipientX25519PublicKey };
        return wrapEnvelope({
          type: 'session-message',
          timestampMs: envelope.timestampMs,
          content: await sealMessage(crypto, sealing)
        });
      },
      parse: (data) => openItem(crypto, recipient, { hash: 'h', expiresAtMs: 1, data })
    },
    { name: 'padding', seeds: [padded], parse: stripPadding },
    {
      name: 'sealed content',
      isKeyed: true,
      seeds: [content],
      parse: (bytes) => openMessage(crypto, bytes, recipient)
    },
    {
      name: 'stored item',
      isKeyed: true,
      seeds: [stored],
      parse: (data) => openItem(crypto, recipient, { hash: 'h', expiresAtMs: 1, data })
    },
    {
      name: 'node reply, sealed',
      isKeyed: true,
      seeds: [await sealedText(reply)],
      parse: (bytes) => openNodeResponse(crypto, key, bytes)
    },
    {
      name: 'node reply, opened',
      seeds: [reply],
      seal: sealedText,
      parse: (bytes) => openNodeResponse(crypto, key, bytes)
    },
    {
      name: 'server reply, opened',
      seeds: [v4],
      seal: (plaintext) => encryptLayer(crypto, key, plaintext),
      parse: (bytes) => openServerResponse(crypto, keys, bytes)
    }
  ];
}

/** Files of strangers: sealed as they come, opened as far as damage can reach, and what stands in them. */
async function fileTargets(): Promise<FuzzTarget[]> {
  const crypto = await createCryptoBackend();
  const data = new Uint8Array(700).fill(9);
  const legacy = await encryptLegacyAttachment(crypto, data);
  const secrets = { header: new Uint8Array(24).fill(1), key: new Uint8Array(32).fill(2) };
  const stream = encryptStream(data, secrets);
  const picture = await encryptProfilePicture(crypto, data);
  const pictures = [
    png(30, 20),
    jpeg(30, 20),
    gif(30, 20, gifFrame(0, 0, 30, 20)),
    webp(webpExtended(30, 20, 0), webpLossy(30, 20))
  ];
  const uploaded = json({ id: 'a'.repeat(44), expires: 1_700_000_000.5, size: 5 });
  const texts = (...list: string[]) => list.map((item) => utf8ToBytes(item));
  return [
    {
      name: 'attachment, legacy',
      isKeyed: true,
      seeds: [legacy.file],
      parse: (file) => decryptLegacyAttachment(crypto, file, { ...legacy, size: 700 })
    },
    {
      name: 'attachment, legacy, authentic',
      seeds: [legacy.file.subarray(0, -32)],
      async seal(body) {
        const code = await crypto.hmacSha256(legacy.key.subarray(32), body);
        return Uint8Array.of(...body, ...code);
      },
      parse: async (file) => {
        const digest = await crypto.sha256(file);
        return decryptLegacyAttachment(crypto, file, { ...legacy, digest, size: 1 });
      }
    },
    {
      name: 'attachment, stream',
      isKeyed: true,
      seeds: [stream.file],
      parse: (file) => decryptStream(file, { key: stream.key, size: 700 })
    },
    {
      name: 'profile picture',
      isKeyed: true,
      seeds: [picture.file],
      parse: (file) => decryptProfilePicture(crypto, file, { key: picture.key, stream: false })
    },
    { name: 'picture header', seeds: pictures, parse: readImageHeader },
    { name: 'picture without notes', seeds: pictures, parse: stripMetadata },
    { name: 'media type', seeds: pictures, parse: sniffMediaType },
    { name: 'file name', seeds: texts('../a\u202eb.jpg'), parse: text((it) => safeFileName(it)) },
    { name: 'content type', seeds: texts('image/png; x=1'), parse: text(cleanContentType) },
    { name: 'answer to an upload', seeds: [uploaded], parse: readUploaded },
    { name: 'facts of a file', seeds: [uploaded], parse: readInfo }
  ];
}

function configTargets(): FuzzTarget[] {
  const { vectors } = loadVectors<{ vectors: Record<string, { plaintext_bencode_hex?: string }>[] }>(
    'config-and-groups.json'
  );
  const messages = vectors
    .flatMap((vector) => Object.values(vector))
    .flatMap((value) => (value?.plaintext_bencode_hex ? [hexToBytes(value.plaintext_bencode_hex)] : []));
  const identity = deriveIdentity(new Uint8Array(16).fill(3));
  const backend = createNobleBackend();
  const frames = messages.slice(0, 4).map((message) => zstdCompressSync(message));
  const opened = messages.slice(0, 4).map((bytes, index) => ({
    storageHash: `h${index}`,
    opened: { kind: 'message' as const, message: decodeConfigMessage(bytes), isForeignForm: false }
  }));
  const state = editConfig(receiveConfigs(NEW_CONFIG, opened, 0), (data) => withValue(data, ['n'], 7n));
  const z = (frame: Uint8Array) => Buffer.concat([utf8ToBytes('z'), frame]);
  return [
    { name: 'bencode', seeds: messages, parse: (bytes) => decodeBt(bytes) },
    { name: 'config message', seeds: messages, parse: decodeConfigMessage },
    { name: 'Zstandard frame', seeds: frames, parse: (bytes) => decompressZstd(bytes, 100_000) },
    { name: 'kept config', seeds: [encodeConfigState(state)], parse: decodeConfigState },
    {
      name: 'config item, opened',
      seeds: [
        ...messages,
        ...splitConfig(messages[0] as Uint8Array, 60),
        ...frames.map(z),
        z(storeZstd(messages[0] as Uint8Array))
      ],
      seal: (plaintext) =>
        Promise.resolve(encryptConfig(identity.ed25519Seed, CONFIG_KINDS.contacts.domain, plaintext)),
      async parse(sealed) {
        const item = await openConfig(backend, identity, 'contacts', sealed);
        receiveConfigs(state, [{ storageHash: 'h', opened: item }], 0);
        return item.kind !== 'unreadable';
      }
    }
  ];
}

/** With a key at hand: damage reaches the records behind the seal, and no input waits for the slow part in front of it. */
function backupTargets(): FuzzTarget[] {
  const keys = quickKeys();
  const file = sampleBackup(CHEAP_HEADER, keys, FILE.subarray(0, 40));
  const header = file.bytes.slice(0, HEADER_BYTES);
  const layout = layoutOf(file.bytes.length - HEADER_BYTES, CHEAP_HEADER.chunkBytes);
  const plain: Uint8Array[] = [];
  for (let index = 0; index < layout.count; index++) {
    const start = HEADER_BYTES + index * layout.sealedBytes;
    const sealed = file.bytes.subarray(start, start + layout.sealedBytes);
    plain.push(openChunkOf(keys.content, header, layout, index, sealed));
  }
  const stream = Buffer.concat(plain);
  const readRecords = (bytes: Uint8Array): number => {
    const reader = createBackupReader();
    let count = 0;
    for (const _ of reader.push(bytes)) count++;
    reader.finish();
    return count;
  };
  return [
    { name: 'backup header', seeds: [header], parse: decodeHeader },
    {
      name: 'backup records',
      seeds: [stream.subarray(0, stream.findLastIndex((byte) => byte !== 0) + 9)],
      parse: readRecords
    },
    {
      name: 'backup file',
      isKeyed: true,
      seeds: [file.bytes],
      async parse(bytes) {
        const { chunkBytes } = decodeHeader(bytes);
        let count = 0;
        const opened = { source: sourceOf(bytes), header, chunkBytes, key: keys.content };
        for await (const _ of readBackup(opened)) count++;
        return count;
      }
    }
  ];
}

const gatewayReply: FuzzTarget = {
  name: 'HTTP reply of a guard',
  seeds: ['content-length: 2\r\n\r\nok', 'transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'].map(
    (rest) => utf8ToBytes(`HTTP/1.1 200 OK\r\n${rest}`)
  ),
  parse(bytes) {
    let isOver = false;
    const parser = createReplyParser({ onHead: () => {}, onBody: () => {}, onEnd: () => (isOver = true) });
    parser.push(Buffer.from(bytes));
    if (!isOver) parser.end();
    return isOver;
  }
};

/** All of them; what they need of keys is made here. */
export async function createFuzzTargets(): Promise<FuzzTarget[]> {
  const identity = deriveIdentity(new Uint8Array(16).fill(3));
  const words = encodeRecoveryPassword(new Uint8Array(16).fill(3));
  return [
    ...DECODERS.map(({ name, decode, seeds }) => ({ name, parse: decode, seeds })),
    ...textTargets(identity.accountId, words),
    ...(await sealedTargets()),
    ...configTargets(),
    ...backupTargets(),
    ...(await fileTargets()),
    gatewayReply
  ];
}

/** Whether an error is an answer to bad input, not a fault of the parser. */
export const isAnswer = (error: unknown): boolean => error instanceof AppError;
