// From the bytes of a request to its answer (network.md §5.1).
import {
  isJsonObject,
  MAX_ONION_REQUEST_BYTES,
  parseJson,
  type JsonObject,
  type JsonValue
} from '../../src/lib/wire/index.ts';
import type { ForwardedCall, NodeContext } from '../node/context.ts';
import { batch, ifelse, runCall, sequence } from './composite.ts';
import { deleteAll, deleteBefore, deleteMessages } from './delete.ts';
import { expire, expireAll } from './expire.ts';
import { applyForwarded, swarmWide } from './forwarding.ts';
import { activeNodes, getSwarm, info, oxendRequest } from './information.ts';
import type { Method } from './method.ts';
import { badRequest, refusal, type RpcReply } from './reply.ts';
import { getExpiries, retrieve } from './retrieve.ts';
import { revokedSubaccounts, revokeSubaccount, unrevokeSubaccount } from './revoke.ts';
import { store } from './store.ts';

const methods = (name: string): Method | null => METHODS.get(name) ?? null;

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['active_nodes_bin', activeNodes],
  ['batch', batch(methods)],
  ['delete', swarmWide(deleteMessages)],
  ['delete_all', swarmWide(deleteAll)],
  ['delete_before', swarmWide(deleteBefore)],
  ['expire', swarmWide(expire)],
  ['expire_all', swarmWide(expireAll)],
  ['get_expiries', getExpiries],
  ['get_snodes_for_pubkey', getSwarm],
  ['get_swarm', getSwarm],
  ['ifelse', ifelse(methods)],
  ['info', info],
  ['oxend_request', oxendRequest],
  ['retrieve', retrieve],
  ['revoke_subaccount', swarmWide(revokeSubaccount)],
  ['revoked_subaccounts', revokedSubaccounts],
  ['sequence', sequence(methods)],
  ['store', swarmWide(store)],
  ['unrevoke_subaccount', swarmWide(unrevokeSubaccount)]
]);

function parseBody(body: Uint8Array): JsonValue {
  try {
    return parseJson(body, MAX_ONION_REQUEST_BYTES, 'storage-rpc');
  } catch {
    throw refusal(400, 'invalid json');
  }
}

function prepare(context: NodeContext, request: JsonValue) {
  const { method: name, params } = isJsonObject(request) ? request : ({} as JsonObject);
  if (typeof name !== 'string') throw refusal(400, 'invalid json: no `method` field');
  if (!isJsonObject(params)) throw refusal(400, 'invalid json: no `params` field');
  const method = methods(name);
  if (!method) throw refusal(400, `no method ${name}`);
  return method.prepare(context, params);
}

/** Answers a client's request. @param body JSON text; never throws */
export function answerRpc(context: NodeContext, body: Uint8Array): Promise<RpcReply> {
  return runCall(async () => prepare(context, parseBody(body))());
}

/** As `answerRpc`, for a request that was never text. */
export function answerRequest(
  context: NodeContext,
  request: { method: string; params: JsonObject }
): Promise<RpcReply> {
  return runCall(async () => prepare(context, { method: request.method, params: request.params })());
}

/** What a member answers when its swarm hands a request on. @throws RpcRefusal */
export async function answerForwarded(context: NodeContext, call: ForwardedCall): Promise<JsonObject> {
  const { parameters } = call;
  switch (call.method) {
    case 'store':
      return applyForwarded(context, store, parameters);
    case 'delete':
      return applyForwarded(context, deleteMessages, parameters);
    case 'delete_all':
      return applyForwarded(context, deleteAll, parameters);
    case 'delete_before':
      return applyForwarded(context, deleteBefore, parameters);
    case 'expire':
      return applyForwarded(context, expire, parameters);
    case 'expire_all':
      return applyForwarded(context, expireAll, parameters);
    case 'revoke_subaccount':
      return applyForwarded(context, revokeSubaccount, parameters);
    case 'unrevoke_subaccount':
      return applyForwarded(context, unrevokeSubaccount, parameters);
    default:
      throw badRequest(`no method ${call.method}`);
  }
}
