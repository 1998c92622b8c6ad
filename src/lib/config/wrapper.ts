// The legacy wrapper around an encrypted config (config-sync.md §4, "Protobuf wrapper"): a message from the account to
// itself that carries it. Read in every form; ours are stored without it.
import { accountIdOf } from '../account-id.ts';
import { concatBytes, utf8ToBytes, wipe } from '../bytes/index.ts';
import {
  blake2b,
  openMessage,
  sealMessage,
  stripPadding,
  CryptoError,
  type CryptoBackend,
  type Identity
} from '../crypto/index.ts';
import { decodeContent, encodeContent, unwrapEnvelope, WireError } from '../wire/index.ts';
import {
  Envelope_Type,
  EnvelopeSchema,
  WebSocketMessage_Type,
  WebSocketMessageSchema
} from '../wire/proto/session_pb.ts';
import { encodeProto } from '../wire/proto-codec.ts';
import { CONFIG_KINDS, type ConfigKind } from './kinds.ts';

/** One old client release wrapped twice. */
const MAX_LAYERS = 2;
const PADDING_MARK = Uint8Array.of(0x80);
const EPHEMERAL_KEY = utf8ToBytes('SessionBoxEphemeralHashKey');

/** The encrypted config inside up to two wrappers; `stored` itself where there is none that this account made. */
export async function unwrapConfig(
  crypto: CryptoBackend,
  identity: Identity,
  stored: Uint8Array
): Promise<Uint8Array> {
  let data = stored;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const inner = await unwrapLayer(crypto, identity, data);
    if (inner === null) break;
    data = inner;
  }
  return data;
}

async function unwrapLayer(
  crypto: CryptoBackend,
  identity: Identity,
  data: Uint8Array
): Promise<Uint8Array | null> {
  try {
    const { padded, senderAccountId } = await openMessage(crypto, unwrapEnvelope(data).content, identity);
    if (senderAccountId !== accountIdOf(identity.x25519PublicKey)) return null;
    return decodeContent(stripPadding(padded)).sharedConfigMessage?.data ?? null;
  } catch (error) {
    if (error instanceof WireError || error instanceof CryptoError) return null;
    throw error;
  }
}

/** An encrypted config as the library of January 2025 stored it. Deterministic. */
export async function wrapConfig(
  crypto: CryptoBackend,
  identity: Identity,
  input: { kind: ConfigKind; seqno: number; data: Uint8Array }
): Promise<Uint8Array<ArrayBuffer>> {
  const { wrapperKind } = CONFIG_KINDS[input.kind];
  const content = encodeContent({
    sharedConfigMessage: { kind: wrapperKind, seqno: BigInt(input.seqno), data: input.data }
  });
  const padded = concatBytes(content, PADDING_MARK);
  const seed = blake2b(concatBytes(identity.ed25519Seed, identity.x25519PublicKey, padded), {
    length: 32,
    key: EPHEMERAL_KEY
  });
  const ephemeralSecretKey = (await crypto.sha512(seed)).subarray(0, 32);
  const sealed = await sealMessage(crypto, {
    padded,
    sender: identity,
    recipientX25519PublicKey: identity.x25519PublicKey,
    ephemeralSecretKey
  });
  wipe(seed, ephemeralSecretKey);
  const body = encodeProto(EnvelopeSchema, {
    type: Envelope_Type.SESSION_MESSAGE,
    timestamp: 1n,
    content: sealed
  });
  return encodeProto(WebSocketMessageSchema, {
    type: WebSocketMessage_Type.REQUEST,
    request: { verb: '', path: '', body, requestId: 0n }
  });
}
