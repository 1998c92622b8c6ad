// What it means that a section of accounts-and-messages.json passes: one entry a section, encode and decode, for every case
// a file of this form may hold. Every check throws where the product and the case differ.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  base64ToBytes,
  bytesToBase64,
  bytesToHex,
  concatBytes,
  hexToBytes
} from '../../src/lib/bytes/index.ts';
import {
  checkRecoveryWords,
  decodeRecoveryPassword,
  decryptLegacyAttachment,
  decryptProfilePicture,
  decryptStream,
  deleteSignedText,
  deriveIdentity,
  deriveStreamSecrets,
  encodeRecoveryPassword,
  encryptLegacyAttachment,
  encryptProfilePicture,
  encryptStream,
  expireSignedText,
  legacyPaddedLength,
  messageHash,
  openMessage,
  padMessage,
  sealMessage,
  signText,
  streamEncryptedLength,
  streamPaddingLength,
  stripPadding,
  verifyText,
  x25519PublicKeyFromEd25519,
  type CryptoBackend,
  type Identity
} from '../../src/lib/crypto/index.ts';
import { WORD_LIST } from '../../src/lib/crypto/word-list.ts';
import { errorCode } from '../../src/lib/errors.ts';
import {
  buildDownloadUrl,
  decodeContent,
  deleteRpc,
  encodeContent,
  encodeEnvelope,
  expireRpc,
  parseDownloadUrl,
  storeRpc,
  unwrapEnvelope,
  wrapEnvelope
} from '../../src/lib/wire/index.ts';
import { contentFromJson, knownPartHex, plain } from './content-json.ts';
import { outcomeOf } from './inbox-outcome.ts';

/** One case: JSON of a shape that its section's check knows. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Vector = Record<string, any>;

export type Sections = Readonly<Record<string, Vector | Vector[]>>;

export interface Surroundings {
  readonly crypto: CryptoBackend;
  readonly sections: Sections;
  personOf(name: string): Identity;
}

/** The code something throws or rejects with; null when it does not. */
async function codeOf(attempt: () => unknown): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return errorCode(error);
  }
}

const sha256Hex = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const streamData = (length: number) => Uint8Array.from({ length }, (_, index) => (7 * index) % 256);

function checkWordList(vector: Vector): void {
  assert.deepEqual(
    {
      count: WORD_LIST.length,
      first: WORD_LIST[0],
      last: WORD_LIST.at(-1),
      index_813: WORD_LIST[813],
      distinct_prefixes: new Set(WORD_LIST.map((word) => word.slice(0, vector['prefix_length']))).size,
      sha256_of_words_joined_by_newline_no_trailing_newline: sha256Hex(WORD_LIST.join('\n')),
      sha256_of_words_joined_by_comma: sha256Hex(WORD_LIST.join(','))
    },
    Object.fromEntries(
      Object.entries(vector).filter(([name]) => !['what', 'source', 'prefix_length'].includes(name))
    )
  );
}

function checkAccount(vector: Vector): void {
  const identity = deriveIdentity(hexToBytes(vector['seed_hex']));
  assert.equal(encodeRecoveryPassword(hexToBytes(vector['seed_hex'])).join(' '), vector['recovery_phrase']);
  assert.equal(bytesToHex(decodeRecoveryPassword(vector['recovery_phrase'])), vector['seed_hex']);
  assert.equal(bytesToHex(identity.ed25519Seed), vector['ed25519_seed_hex']);
  assert.equal(bytesToHex(identity.ed25519PublicKey), vector['ed25519_public_key_hex']);
  assert.equal(
    bytesToHex(concatBytes(identity.ed25519Seed, identity.ed25519PublicKey)),
    vector['ed25519_secret_key_64_hex']
  );
  assert.equal(bytesToHex(identity.x25519PublicKey), vector['x25519_public_key_hex']);
  assert.equal(bytesToHex(identity.x25519SecretKey), vector['x25519_secret_key_hex']);
  assert.equal(identity.accountId, vector['account_id']);
}

function checkAcceptedPhrase(vector: Vector): void {
  assert.equal(bytesToHex(decodeRecoveryPassword(vector['input'])), vector['expect']);
  assert.equal(checkRecoveryWords(vector['input']).problem, null);
}

async function checkRefusedPhrase(vector: Vector): Promise<void> {
  const code = `phrase-${(vector['expect_error'] as string).replaceAll('_', '-')}`;
  assert.equal(await codeOf(() => decodeRecoveryPassword(vector['input'])), code);
  assert.equal(checkRecoveryWords(vector['input']).problem, code);
}

function checkPadding(vector: Vector): void {
  for (const { content_length, padded_length } of vector['lengths']) {
    assert.equal(padMessage(new Uint8Array(content_length).fill(7)).length, padded_length);
  }
  for (const { content_hex, padded_hex } of vector['bytes']) {
    assert.equal(bytesToHex(padMessage(hexToBytes(content_hex))), padded_hex);
    assert.equal(bytesToHex(stripPadding(hexToBytes(padded_hex))), content_hex);
  }
  for (const { content_hex, padded_hex } of vector['strip_only']) {
    assert.equal(bytesToHex(stripPadding(hexToBytes(padded_hex))), content_hex);
  }
}

/** What reading a stored message must give, whoever made it. */
async function checkReading(vector: Vector, { crypto, personOf }: Surroundings): Promise<void> {
  const envelope = unwrapEnvelope(base64ToBytes(vector['wrapped_b64']));
  assert.equal(envelope.timestampMs, vector['timestamp_ms']);
  assert.equal(bytesToHex(envelope.content), vector['sealed_hex']);
  const opened = await openMessage(crypto, envelope.content, personOf(vector['to']));
  assert.equal(opened.senderAccountId, personOf(vector['from']).accountId);
  assert.equal(bytesToHex(stripPadding(opened.padded)), vector['content_hex']);
  const content = decodeContent(hexToBytes(vector['content_hex']));
  assert.deepEqual(plain(content), contentFromJson(vector['content_decoded']));
  assert.equal(bytesToHex(encodeContent(content)), vector['content_hex']);
}

async function checkMessage(vector: Vector, surroundings: Surroundings): Promise<void> {
  const { crypto, personOf } = surroundings;
  const [sender, recipient] = [personOf(vector['from']), personOf(vector['to'])];
  const encoded = encodeContent(contentFromJson(vector['content_decoded']));
  assert.equal(bytesToHex(encoded), knownPartHex(vector['content_hex']));
  const padded = padMessage(hexToBytes(vector['content_hex']));
  assert.equal(padded.length, vector['padded_length']);
  assert.equal(sha256Hex(padded), vector['padded_sha256']);
  const signed = concatBytes(padded, sender.ed25519PublicKey, recipient.x25519PublicKey);
  assert.equal(bytesToHex(await crypto.ed25519Sign(sender.ed25519Seed, signed)), vector['signature_hex']);
  const sealed = await sealMessage(crypto, {
    padded,
    sender,
    recipientX25519PublicKey: recipient.x25519PublicKey,
    ephemeralSecretKey: hexToBytes(vector['ephemeral_x25519_secret_hex'])
  });
  assert.equal(bytesToHex(sealed.subarray(0, 32)), vector['ephemeral_x25519_public_hex']);
  assert.equal(bytesToHex(sealed), vector['sealed_hex']);
  const envelope = {
    type: 'session-message' as const,
    timestampMs: vector['timestamp_ms'] as number,
    content: sealed,
    proSignature: hexToBytes(vector['pro_sig_hex'])
  };
  assert.equal(bytesToHex(encodeEnvelope(envelope)), vector['envelope_hex']);
  assert.equal(bytesToBase64(wrapEnvelope(envelope)), vector['wrapped_b64']);
  await checkReading(vector, surroundings);
}

async function checkSealed(vector: Vector, { crypto, personOf }: Surroundings): Promise<void> {
  const opened = await openMessage(crypto, hexToBytes(vector['sealed_hex']), personOf(vector['to']));
  assert.equal(bytesToHex(opened.padded), vector['plaintext_hex']);
  assert.equal(opened.senderAccountId, personOf(vector['from']).accountId);
}

function checkStore(vector: Vector): void {
  const { pubkey: account, namespace, timestamp: timestampMs, ttl: ttlMs, data } = vector['params'];
  const request = storeRpc({ account, namespace, timestampMs, ttlMs, data: base64ToBytes(data) });
  assert.deepEqual(request, { method: vector['method'], params: vector['params'] });
  const hash = messageHash(hexToBytes(account), namespace, base64ToBytes(data));
  assert.equal(hash, vector['expected_hash']);
}

async function checkRefusedMessage(vector: Vector, { crypto, personOf }: Surroundings): Promise<void> {
  const outcome = await outcomeOf(
    crypto,
    personOf(vector['recipient']),
    base64ToBytes(vector['wrapped_b64'])
  );
  const expected = (vector['expect'] as string).split(/[: ]/)[0];
  assert.equal(outcome, expected === 'ignore' ? 'drop' : expected);
}

async function checkLegacy(vector: Vector, { crypto }: Surroundings): Promise<void> {
  const [file, key] = [base64ToBytes(vector['ciphertext_b64']), hexToBytes(vector['key_hex'])];
  const pointer = { key, digest: hexToBytes(vector['digest_hex']), size: vector['pointer_size'] as number };
  if (vector['expect'] !== undefined) {
    return refusedAs(vector, LEGACY_REASONS, () => decryptLegacyAttachment(crypto, file, pointer));
  }
  const plaintext = hexToBytes(vector['plaintext_hex']);
  assert.equal(vector['pointer_size'], plaintext.length);
  const padded = vector['padded_length'] === legacyPaddedLength(plaintext.length);
  if (!padded) assert.equal(vector['padded_length'], plaintext.length);
  const made = await encryptLegacyAttachment(crypto, plaintext, {
    key,
    iv: hexToBytes(vector['iv_hex']),
    padded
  });
  assert.equal(bytesToBase64(made.file), vector['ciphertext_b64']);
  assert.equal(made.file.length, vector['ciphertext_length']);
  assert.equal(bytesToHex(made.digest), vector['digest_hex']);
  assert.deepEqual(Buffer.from(await decryptLegacyAttachment(crypto, file, pointer)), Buffer.from(plaintext));
}

type Reasons = readonly (readonly [RegExp, string])[];
const LEGACY_REASONS: Reasons = [
  [/MAC/, 'attachment-wrong-mac'],
  [/digest/, 'attachment-wrong-digest'],
  [/size/, 'attachment-wrong-size'],
  [/short/, 'attachment-truncated']
];
const STREAM_REASONS: Reasons = [
  [/unknown format/, 'attachment-unknown-format'],
  [/final/i, 'attachment-truncated'],
  [/short/, 'attachment-truncated']
];

/** Refused, for the reason that the case gives if it gives one. */
async function refusedAs(vector: Vector, reasons: Reasons, attempt: () => unknown): Promise<void> {
  const reason = (vector['expect'] as string).replace(/^reject:? ?/, '');
  const code = await codeOf(attempt);
  assert.match(code ?? 'accepted', /^attachment-/);
  if (reason !== '') assert.equal(code, reasons.find(([pattern]) => pattern.test(reason))?.[1]);
}

/** The bytes of a refused stream; one that is too long for a file of vectors says how to make it. */
function refusedStream(vector: Vector, sections: Sections): { file: Uint8Array; key: Uint8Array } {
  if (vector['encrypted_b64'] !== undefined) {
    return { file: base64ToBytes(vector['encrypted_b64']), key: hexToBytes(vector['key_hex']) };
  }
  const long = (sections['attachment_stream'] as Vector[]).findLast(
    ({ data_length }) => data_length > 32_768
  );
  if (!long) throw new Error('no stream of several parts to cut');
  const key = hexToBytes(long['key_hex']);
  const { file } = encryptStream(streamData(long['data_length']), {
    header: hexToBytes(long['nonce_hex']),
    key
  });
  return { file: file.subarray(0, 25 + 32_785), key };
}

async function checkStream(vector: Vector, { sections }: Surroundings): Promise<void> {
  if (vector['expect'] !== undefined) {
    const { file, key } = refusedStream(vector, sections);
    return refusedAs(vector, STREAM_REASONS, () => decryptStream(file, { key, size: null }));
  }
  const data = streamData(vector['data_length']);
  const secrets = { header: hexToBytes(vector['nonce_hex']), key: hexToBytes(vector['key_hex']) };
  const { file, key } = encryptStream(data, secrets);
  assert.equal(file.length, vector['encrypted_length']);
  assert.equal(sha256Hex(file), vector['encrypted_sha256']);
  assert.equal(streamPaddingLength(data.length), vector['padding_bytes']);
  const read = vector['encrypted_b64'] === undefined ? file : base64ToBytes(vector['encrypted_b64']);
  assert.deepEqual(Buffer.from(decryptStream(read, { key, size: data.length })), Buffer.from(data));
  // The older way to choose key and header is read, not written.
  if (vector['derivation'] !== 'seed_key_personal') return;
  const purpose = vector['domain'] === 'attachment' ? 'attachment' : 'profile-picture';
  const derived = deriveStreamSecrets(data, hexToBytes(vector['sender_seed_hex']), purpose);
  assert.equal(bytesToHex(derived.header), vector['nonce_hex']);
  assert.equal(bytesToHex(derived.key), vector['key_hex']);
}

function checkPairs(lengthOf: (length: number) => number) {
  return (vector: Vector) => {
    for (const [length, expected] of vector['pairs']) assert.equal(lengthOf(length), expected);
  };
}

async function checkPicture(vector: Vector, { crypto }: Surroundings): Promise<void> {
  const [file, key] = [base64ToBytes(vector['encrypted_b64']), hexToBytes(vector['key_hex'])];
  const open = () => decryptProfilePicture(crypto, file, { key, stream: false });
  if (vector['expect'] !== undefined) return refusedAs(vector, LEGACY_REASONS, open);
  const plaintext = hexToBytes(vector['plaintext_hex']);
  const made = await encryptProfilePicture(crypto, plaintext, {
    key,
    nonce: hexToBytes(vector['nonce_hex'])
  });
  assert.equal(bytesToBase64(made.file), vector['encrypted_b64']);
  assert.equal(bytesToHex(await open()), vector['plaintext_hex']);
}

async function checkUrls(vector: Vector): Promise<void> {
  for (const { ed25519, x25519 } of vector['server_keys']) {
    assert.equal(bytesToHex(x25519PublicKeyFromEd25519(hexToBytes(ed25519))), x25519);
  }
  for (const { url, file_id: fileId, stream, server_ed25519: ed25519PublicKeyHex } of vector['accept']) {
    const read = parseDownloadUrl(url);
    assert.deepEqual(
      [read.fileId, read.stream, read.serverEd25519Hex],
      [fileId, stream, ed25519PublicKeyHex]
    );
    const { protocol, host, port } = read;
    const server = { protocol, host, port, ed25519PublicKeyHex, x25519PublicKeyHex: '' };
    assert.deepEqual(parseDownloadUrl(buildDownloadUrl({ server, fileId, stream })), read);
  }
  for (const { url } of vector['reject']) {
    assert.equal(await codeOf(() => parseDownloadUrl(url)), 'malformed');
  }
}

/** Requests to the own swarm, signed by whoever of the people their account names. */
async function checkOwnRequest(vector: Vector, { crypto, personOf }: Surroundings): Promise<void> {
  const { pubkey: account, pubkey_ed25519, messages: hashes, expiry, signature } = vector['params'];
  const signer = ['alice', 'bob', 'carol'].map(personOf).find(({ accountId }) => accountId === account);
  if (!signer) throw new Error('no such account');
  const mode = vector['params']['shorten'] ? 'shorten' : vector['params']['extend'] ? 'extend' : 'set';
  const isExpire = expiry !== undefined;
  const text = isExpire
    ? expireSignedText({ mode, expiriesMs: [expiry].flat(), hashes })
    : deleteSignedText(hashes);
  assert.equal(text, vector['signed_text']);
  const made = await signText(crypto, signer, text);
  assert.equal(bytesToBase64(made), signature);
  const auth = { signature: made, ed25519PublicKeyHex: bytesToHex(signer.ed25519PublicKey) };
  assert.equal(auth.ed25519PublicKeyHex, pubkey_ed25519);
  const request = isExpire
    ? expireRpc({ account, hashes, expiryMs: expiry, mode, auth })
    : deleteRpc({ account, hashes, auth });
  assert.deepEqual(request.params, vector['params']);
}

/** A browser has no such service (§7): only that the account's signatures are the same is of use here. */
async function checkPush(vector: Vector, { crypto, personOf }: Surroundings): Promise<void> {
  if (vector['signed_text'] === undefined) return;
  const bob = personOf('bob');
  const made = await signText(crypto, bob, vector['signed_text']);
  assert.equal(bytesToBase64(made), vector['signature_b64']);
  if (vector['signature_hex'] !== undefined) assert.equal(bytesToHex(made), vector['signature_hex']);
  assert.equal(await verifyText(crypto, bob.ed25519PublicKey, vector['signed_text'], made), true);
}

export interface SectionCheck {
  check(vector: Vector, surroundings: Surroundings): void | Promise<void>;
  /** What a case must not pass with when it is changed: names, with dots into objects and lists. */
  readonly answers: readonly string[];
}

/** Every section there is. */
export const SECTION_CHECKS: Readonly<Record<string, SectionCheck>> = {
  word_list: { check: checkWordList, answers: ['count', 'index_813', 'distinct_prefixes'] },
  accounts: {
    check: checkAccount,
    answers: ['recovery_phrase', 'ed25519_secret_key_64_hex', 'x25519_secret_key_hex', 'account_id']
  },
  recovery_phrase_accept: { check: checkAcceptedPhrase, answers: ['expect'] },
  recovery_phrase_reject: { check: checkRefusedPhrase, answers: ['expect_error'] },
  message_padding: {
    check: checkPadding,
    answers: ['lengths.4.padded_length', 'bytes.0.padded_hex', 'strip_only.0.content_hex']
  },
  messages: {
    check: checkMessage,
    answers: ['content_hex', 'content_decoded.sigTimestamp', 'signature_hex', 'sealed_hex', 'wrapped_b64']
  },
  sealed_upstream: { check: checkSealed, answers: ['plaintext_hex', 'sealed_hex'] },
  messages_other_clients: {
    check: checkReading,
    answers: ['content_hex', 'content_decoded.sigTimestamp', 'sealed_hex', 'wrapped_b64']
  },
  store_request: { check: checkStore, answers: ['method', 'params.data', 'expected_hash'] },
  messages_invalid: { check: checkRefusedMessage, answers: ['expect'] },
  attachment_legacy: { check: checkLegacy, answers: ['ciphertext_b64', 'digest_hex', 'expect'] },
  attachment_legacy_padding: { check: checkPairs(legacyPaddedLength), answers: ['pairs.5.1'] },
  attachment_stream: {
    check: checkStream,
    answers: ['encrypted_sha256', 'encrypted_length', 'padding_bytes', 'expect']
  },
  attachment_stream_sizes: { check: checkPairs(streamEncryptedLength), answers: ['pairs.5.1'] },
  profile_picture_legacy: { check: checkPicture, answers: ['plaintext_hex', 'encrypted_b64', 'expect'] },
  download_urls: {
    check: checkUrls,
    answers: ['server_keys.0.x25519', 'accept.0.file_id', 'accept.1.stream', 'reject.0.url']
  },
  push: { check: checkPush, answers: ['signature_b64'] },
  expire_delete: { check: checkOwnRequest, answers: ['signed_text', 'params.signature', 'params.messages.0'] }
};
