// `expire` and `expire_all` (network.md §5.3, §5.5, §5.6).
import {
  expireAllSignedText,
  expireSignedText,
  memberExpireAllText,
  memberExpireText,
  type ExpireMode
} from '../../src/lib/crypto/index.ts';
import {
  clampExpiry,
  refuseExpire,
  refuseExpireAll,
  type AccountKey,
  type JsonObject,
  type JsonValue
} from '../../src/lib/wire/index.ts';
import type { NodeContext } from '../node/context.ts';
import { accountBytes, lacksDelete, NEEDS, requireSignature, type Authorisation } from './authorisation.ts';
import { grouped, parseSigned, requireSigned } from './delete.ts';
import type { SwarmMethod } from './method.ts';
import * as read from './parameters.ts';
import { badRequest, refusal, throwIfRefused } from './reply.ts';

interface ExpireRequest {
  readonly account: AccountKey;
  readonly auth: Authorisation;
  readonly hashes: readonly string[];
  /** One for all, or one for each hash. */
  readonly expiriesMs: readonly number[];
  /** Whether a list was given, which is also the form of the answer. */
  readonly isList: boolean;
  readonly mode: ExpireMode;
}

/** The first fork that lets one request set several expiries. */
const MULTI_EXPIRY_HF = [19, 4] as const;

function expiriesOf(params: JsonObject): { expiriesMs: number[]; isList: boolean } | undefined {
  const value = read.given(params, 'expiry');
  if (value === undefined) return undefined;
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  return { expiriesMs: list.map((item) => read.timeOf(item, 'expiry')), isList: Array.isArray(value) };
}

function parseExpire(params: JsonObject, context: NodeContext): ExpireRequest {
  const { account, auth } = parseSigned(params);
  const given = expiriesOf(params);
  const extend = read.boolean(params, 'extend');
  const listed = read.messageHashes(params);
  const shorten = read.boolean(params, 'shorten');
  if (shorten && extend) throw badRequest("cannot specify both 'shorten' and 'extend'");
  if (shorten && lacksDelete(auth)) {
    const missing = '(missing delete access)';
    throw refusal(400, `expire: shorten parameter cannot be used with this subaccount token ${missing}`);
  }
  const hashes = read.requireHashes(listed);
  const { expiriesMs, isList } = read.required(given, 'expiry');
  if (expiriesMs.length === 0) throw badRequest("'expiry' does not contain any expiration timestamps");
  if (expiriesMs.length > 1 && expiriesMs.length !== hashes.length) {
    throw badRequest("'expiry' must be a single expiry, or the same length as 'messages'");
  }
  requireSigned(auth);
  const [major, revision] = context.chain.hf;
  const isActive =
    major > MULTI_EXPIRY_HF[0] || (major === MULTI_EXPIRY_HF[0] && revision >= MULTI_EXPIRY_HF[1]);
  if (expiriesMs.length > 1 && !isActive) {
    throw refusal(403, 'expire: multi-expiry requests are not yet active on the network');
  }
  return { account, auth, hashes, expiriesMs, isList, mode: shorten ? 'shorten' : extend ? 'extend' : 'set' };
}

function mayChange(mode: ExpireMode, currentMs: number, wantedMs: number): boolean {
  switch (mode) {
    case 'set':
      return true;
    case 'extend':
      return wantedMs > currentMs;
    case 'shorten':
      return wantedMs < currentMs;
  }
}

async function applyExpire(context: NodeContext, request: ExpireRequest): Promise<JsonObject> {
  const { account, auth, hashes, expiriesMs, isList } = request;
  const key = accountBytes(account);
  const now = context.now();
  const mode = lacksDelete(auth) ? 'extend' : request.mode;
  const clamped = expiriesMs.map((expiryMs) => clampExpiry(now, expiryMs));
  const applied = new Map<string, number>();
  const unchanged: Record<string, number> = {};
  hashes.forEach((hash, index) => {
    const currentMs = context.store.expiryOf(key, hash);
    const wantedMs = clamped[clamped.length === 1 ? 0 : index] as number;
    if (currentMs === null) return;
    if (mayChange(mode, currentMs, wantedMs)) {
      context.store.setExpiry(key, hash, wantedMs);
      applied.set(hash, wantedMs);
    } else {
      unchanged[hash] = currentMs;
    }
  });
  const updated = [...applied.keys()].sort();
  const isMulti = isList && clamped.length > 1;
  const answered = isMulti ? updated.map((hash) => applied.get(hash) as number) : [clamped[0] as number];
  const signature = await context.sign(
    memberExpireText({
      accountIdHex: account.hex,
      expiriesMs: answered,
      requested: hashes,
      updated,
      ...(mode !== 'set' && { unchanged })
    })
  );
  return {
    expiry: isMulti ? answered : (answered[0] as number),
    signature,
    ...(mode !== 'set' && { unchanged }),
    updated
  };
}

export const expire: SwarmMethod<ExpireRequest> = {
  name: 'expire',
  parse: parseExpire,
  async check(context, { account, auth, hashes, expiriesMs, mode }) {
    throwIfRefused(refuseExpire(context.now(), expiriesMs));
    await requireSignature(context, {
      account,
      auth,
      signed: expireSignedText({ mode, expiriesMs, hashes }),
      needs: NEEDS.write,
      complaint: 'expire: signature verification failed'
    });
  },
  apply: applyExpire,
  forwardedFields: ({ hashes, expiriesMs, isList, mode }) => ({
    expiry: isList ? expiriesMs : (expiriesMs[0] as number),
    extend: mode === 'extend' ? 1 : undefined,
    messages: hashes,
    shorten: mode === 'shorten' ? 1 : undefined
  })
};

interface ExpireAllRequest {
  readonly account: AccountKey;
  readonly auth: Authorisation;
  readonly namespace: number | 'all';
  readonly expiryMs: number;
}

export const expireAll: SwarmMethod<ExpireAllRequest> = {
  name: 'expire_all',
  parse(params) {
    const signed = parseSigned(params);
    const time = read.time(params, 'expiry');
    const namespace = read.namespaceOrAll(params);
    const expiryMs = read.required(time, 'expiry');
    requireSigned(signed.auth);
    return { ...signed, namespace, expiryMs };
  },
  async check(context, { account, auth, namespace, expiryMs }, isForwarded) {
    throwIfRefused(refuseExpireAll(context.now(), expiryMs, isForwarded));
    await requireSignature(context, {
      account,
      auth,
      signed: expireAllSignedText(namespace, expiryMs),
      needs: NEEDS.delete,
      complaint: 'expire_all signature verification failed'
    });
  },
  async apply(context, { account, namespace, expiryMs }) {
    const rows = context.store.expireAll(accountBytes(account), namespace, expiryMs);
    const text = memberExpireAllText({
      accountIdHex: account.hex,
      expiryMs,
      updated: rows.map((row) => row.hash)
    });
    return { signature: await context.sign(text), updated: grouped(rows, namespace) };
  },
  forwardedFields: ({ namespace, expiryMs }) => ({
    expiry: expiryMs,
    namespace: namespace === 0 ? undefined : namespace
  })
};
