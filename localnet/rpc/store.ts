// `store` (network.md §5.3, §5.5).
import { memberStoreText, storeSignedText } from '../../src/lib/crypto/index.ts';
import {
  isPublicInbox,
  isPublicOutbox,
  MAX_MESSAGE_BYTES,
  refuseSignatureTime,
  refuseStoreTime,
  refuseTtl,
  type AccountKey,
  type JsonObject
} from '../../src/lib/wire/index.ts';
import type { NodeContext } from '../node/context.ts';
import {
  accountBytes,
  NEEDS,
  parseAuthorisation,
  requireSignature,
  type Authorisation
} from './authorisation.ts';
import type { SwarmMethod } from './method.ts';
import * as read from './parameters.ts';
import { badRequest, refusal, throwIfRefused } from './reply.ts';

interface StoreRequest {
  readonly account: AccountKey;
  readonly auth: Authorisation;
  readonly namespace: number;
  readonly timestampMs: number;
  readonly signatureTimestampMs: number;
  readonly ttlMs: number;
  readonly data: Uint8Array;
  readonly hash: string;
}

/** Base64 of the largest message, and a little; longer text is not decoded at all. */
const MAX_DATA_TEXT = Math.ceil(MAX_MESSAGE_BYTES / 3) * 4 + 4;

function dataOf(value: string): Uint8Array {
  const tooLong = `Message body exceeds maximum allowed length of ${MAX_MESSAGE_BYTES} bytes`;
  if (value.length > MAX_DATA_TEXT && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw badRequest(tooLong);
  const data = read.base64(value);
  if (!data) throw badRequest("Invalid 'data' value: not base64 encoded");
  if (data.length > MAX_MESSAGE_BYTES) throw badRequest(tooLong);
  return data;
}

function parse(params: JsonObject, context: NodeContext): StoreRequest {
  const account = read.account(params, 'pubKey');
  const auth = parseAuthorisation(params, account);
  const dataText = read.text(params, 'data');
  const expiry = read.plausibleTime(read.looseCount(params, 'expiry'), 'expiry');
  const namespace = read.namespace(params);
  const signatureTimestamp = read.time(params, 'sig_timestamp');
  const timestamp = read.plausibleTime(read.looseCount(params, 'timestamp'), 'timestamp');
  const ttl = read.looseCount(params, 'ttl');
  const timestampMs = read.required(timestamp, 'timestamp');
  if (ttl !== undefined && expiry !== undefined) {
    throw badRequest("Cannot specify both 'expiry' and 'ttl'");
  }
  if (ttl === undefined && expiry === undefined) throw badRequest("Required field 'expiry' or 'ttl' missing");
  const data = dataOf(read.required(dataText, 'data'));
  return {
    account,
    auth,
    namespace,
    timestampMs,
    signatureTimestampMs: signatureTimestamp ?? timestampMs,
    ttlMs: ttl ?? (expiry as number) - timestampMs,
    data,
    hash: context.hashOf(account.hex, namespace, data)
  };
}

async function check(context: NodeContext, request: StoreRequest): Promise<void> {
  const { account, auth, namespace, signatureTimestampMs } = request;
  const now = context.now();
  throwIfRefused(refuseTtl(request.ttlMs, namespace));
  throwIfRefused(refuseStoreTime(now, request.timestampMs, request.ttlMs));
  if (isPublicInbox(namespace)) return;
  if (!auth.signature) {
    throw refusal(401, `store: signature required to store to namespace ${namespace}`);
  }
  throwIfRefused(refuseSignatureTime('store', now, signatureTimestampMs));
  await requireSignature(context, {
    account,
    auth,
    signed: storeSignedText(namespace, signatureTimestampMs),
    needs: isPublicOutbox(namespace) ? NEEDS.write | NEEDS.delete : NEEDS.write,
    complaint: 'store signature verification failed'
  });
}

async function apply(context: NodeContext, request: StoreRequest): Promise<JsonObject> {
  const { account, namespace, hash, timestampMs, ttlMs, data } = request;
  const accountKey = accountBytes(account);
  const { already, expiryMs } = context.store.insert({
    account: accountKey,
    namespace,
    hash,
    timestampMs,
    expiryMs: timestampMs + ttlMs,
    data
  });
  if (isPublicOutbox(namespace)) context.store.keepOnly(accountKey, namespace, hash);
  if (!already) context.stored(account.hex);
  const signature = await context.sign(memberStoreText(hash));
  return { ...(already && { already }), expiry: expiryMs, hash, signature };
}

export const store: SwarmMethod<StoreRequest> = {
  name: 'store',
  parse,
  check,
  apply,
  forwardedFields: (request) => ({
    data: request.data,
    expiry: request.timestampMs + request.ttlMs,
    namespace: request.namespace === 0 ? undefined : request.namespace,
    sig_timestamp: request.signatureTimestampMs,
    timestamp: request.timestampMs
  }),
  finish(context, request, entries) {
    const own = entries[context.self().ed25519PublicKeyHex];
    if (own && own['failed'] !== true) own['t'] = context.now();
    return { fields: { hash: request.hash } };
  }
};
