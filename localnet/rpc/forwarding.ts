// Carrying out a request with the whole swarm, and its form between members (network.md §4.6, vectors
// [forwarded_request]): a bencoded dict with binary values where the client's JSON has text.
import { bytesToHex, bytesToUtf8 } from '../../src/lib/bytes/index.ts';
import {
  decodeBt,
  encodeBt,
  type AccountKey,
  type BtInput,
  type BtValue,
  type JsonObject,
  type JsonValue
} from '../../src/lib/wire/index.ts';
import type { NodeContext } from '../node/context.ts';
import { requireSwarm, stamped } from './answers.ts';
import { accountBytes, type Authorisation } from './authorisation.ts';
import type { Method, SwarmMethod } from './method.ts';
import { base64Text } from './parameters.ts';
import { badRequest, RpcRefusal } from './reply.ts';

type SwarmRequest = { readonly account: AccountKey; readonly auth: Authorisation };

/** Bencoded parameters of a request, as one member hands it to another. */
export function encodeForwarded<R extends SwarmRequest>(
  method: SwarmMethod<R>,
  request: R
): Uint8Array<ArrayBuffer> {
  const { auth } = request;
  const fields: Record<string, BtInput | undefined> = {
    ...method.forwardedFields(request),
    pubkey: accountBytes(request.account),
    pubkey_ed25519: auth.ed25519PublicKey,
    signature: auth.signature,
    subaccount: auth.subaccount?.token,
    subaccount_sig: auth.subaccount?.signature
  };
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return encodeBt(new Map(present as [string, BtInput][]));
}

const HEX_FIELDS = new Set(['pubkey', 'pubkey_ed25519']);
const BASE64_FIELDS = new Set(['data', 'signature', 'subaccount', 'subaccount_sig', 'revoke', 'unrevoke']);
const FLAG_FIELDS = new Set(['extend', 'shorten', 'required']);
/** Data, signatures and keys of the largest message. */
const MAX_FORWARDED_BYTES = 256 * 1024;

function jsonOf(name: string, value: BtValue): JsonValue {
  if (typeof value === 'bigint') return FLAG_FIELDS.has(name) ? value !== 0n : Number(value);
  if (value instanceof Uint8Array) {
    if (HEX_FIELDS.has(name)) return bytesToHex(value);
    return BASE64_FIELDS.has(name) ? base64Text(value) : bytesToUtf8(value);
  }
  if (Array.isArray(value)) return value.map((item: BtValue) => jsonOf(name, item));
  throw badRequest(`unexpected dict in ${name}`);
}

/** The parameters a client would have sent. @throws RpcRefusal, WireError */
export function decodeForwarded(bytes: Uint8Array): JsonObject {
  const dict = decodeBt(bytes, { maxBytes: MAX_FORWARDED_BYTES });
  if (!(dict instanceof Map)) throw badRequest('expected a dict');
  return Object.fromEntries([...dict].map(([name, value]: [string, BtValue]) => [name, jsonOf(name, value)]));
}

/** Carries out a request at this member and describes a failure instead of throwing it. */
async function memberEntry<R extends SwarmRequest>(
  context: NodeContext,
  method: SwarmMethod<R>,
  request: R
): Promise<JsonObject> {
  try {
    const entry = await method.apply(context, request);
    await context.store.committed();
    return entry;
  } catch (error) {
    if (error instanceof RpcRefusal) throw error;
    return { failed: true, query_failure: true };
  }
}

/** What a member does with a forwarded request. @throws RpcRefusal */
export async function applyForwarded<R extends SwarmRequest>(
  context: NodeContext,
  method: SwarmMethod<R>,
  parameters: Uint8Array
): Promise<JsonObject> {
  const request = method.parse(decodeForwarded(parameters), context);
  requireSwarm(context, request.account);
  await method.check(context, request, true);
  return memberEntry(context, method, request);
}

function isFailed(entry: JsonObject): boolean {
  return entry['failed'] === true;
}

/** The method as clients call it. */
export function swarmWide<R extends SwarmRequest>(method: SwarmMethod<R>): Method {
  return {
    prepare(context, params) {
      const request = method.parse(params, context);
      return async () => {
        const { members } = requireSwarm(context, request.account);
        await method.check(context, request, false);
        const self = context.self().ed25519PublicKeyHex;
        const others = members.filter((member) => member.ed25519PublicKeyHex !== self);
        const [own, theirs] = await Promise.all([
          memberEntry(context, method, request),
          context.forward(others, { method: method.name, parameters: encodeForwarded(method, request) })
        ]);
        const entries: Record<string, JsonObject> = { ...theirs, [self]: own };
        const { status, fields } = method.finish?.(context, request, entries) ?? {};
        const allFailed = Object.values(entries).every(isFailed);
        return {
          status: allFailed ? 500 : (status ?? 200),
          body: stamped(context, { ...fields, swarm: entries })
        };
      };
    }
  };
}
