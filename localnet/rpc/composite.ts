// `batch`, `sequence` and `ifelse`: requests made of requests (network.md §5.5).
import { bytesToBase64 } from '../../src/lib/bytes/index.ts';
import {
  evaluateCondition,
  isJsonObject,
  MAX_BATCH_REQUESTS,
  WireError,
  type JsonObject,
  type JsonValue
} from '../../src/lib/wire/index.ts';
import type { NodeContext } from '../node/context.ts';
import { STORAGE_SERVER_VERSION } from '../service-node-states.ts';
import type { Method, PreparedCall } from './method.ts';
import { badRequest, RpcRefusal, type RpcReply } from './reply.ts';

/** Looks a method up; null when there is none of that name. */
export type MethodTable = (name: string) => Method | null;

/** Runs a call whose refusals and accidents are answers too. */
export async function runCall(call: PreparedCall): Promise<RpcReply> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RpcRefusal) return error.reply;
    return { status: 500, body: 'request failed' };
  }
}

function subResult({ status, body }: RpcReply): JsonObject {
  return { body: body instanceof Uint8Array ? bytesToBase64(body) : body, code: status };
}

/** Method and parameters of an object that has both, or null. */
function methodAndParams(value: JsonObject): { name: string; params: JsonObject } | null {
  const { method: name, params } = value;
  return typeof name === 'string' && isJsonObject(params) ? { name, params } : null;
}

const META = new Set(['batch', 'sequence', 'ifelse']);

function prepareAll(context: NodeContext, methods: MethodTable, params: JsonObject): PreparedCall[] {
  const { requests } = params;
  if (!Array.isArray(requests) || requests.length === 0) {
    throw badRequest('Invalid batch request: no valid "requests" field');
  }
  if (requests.length > MAX_BATCH_REQUESTS) {
    throw badRequest('Invalid batch request: subrequest limit exceeded');
  }
  return requests.map((request) => {
    if (!isJsonObject(request)) throw badRequest('Invalid batch request: requests must be objects');
    const sub = methodAndParams(request);
    if (!sub) throw badRequest('Invalid batch request: subrequests must have method/params keys');
    if (META.has(sub.name)) {
      throw badRequest('Invalid batch subrequest: subrequests may not contain meta-requests');
    }
    const method = methods(sub.name);
    if (!method) throw badRequest(`Invalid batch subrequest: invalid method "${sub.name}"`);
    return method.prepare(context, sub.params);
  });
}

export function batch(methods: MethodTable): Method {
  return {
    prepare(context, params) {
      const calls = prepareAll(context, methods, params);
      return async () => {
        const replies = await Promise.all(calls.map(runCall));
        return { status: 200, body: { results: replies.map(subResult) } };
      };
    }
  };
}

export function sequence(methods: MethodTable): Method {
  return {
    prepare(context, params) {
      const calls = prepareAll(context, methods, params);
      return async () => {
        const results: JsonObject[] = [];
        for (const call of calls) {
          const reply = await runCall(call);
          results.push(subResult(reply));
          if (reply.status < 200 || reply.status > 299) break;
        }
        return { status: 200, body: { results } };
      };
    }
  };
}

function branch(
  context: NodeContext,
  methods: MethodTable,
  name: 'then' | 'else',
  value: JsonValue | undefined
): PreparedCall | null {
  if (value === undefined) return null;
  if (!isJsonObject(value)) throw badRequest(`Invalid ifelse request: ${name} must be an object`);
  const sub = methodAndParams(value);
  if (!sub) throw badRequest(`Invalid ifelse request: ${name} must have method/params keys`);
  const method = methods(sub.name);
  if (!method) throw badRequest(`Invalid ifelse request method "${name}"`);
  return method.prepare(context, sub.params);
}

function conditionHolds(context: NodeContext, condition: JsonObject): boolean {
  try {
    return evaluateCondition(condition, {
      hf: context.chain.hf,
      v: STORAGE_SERVER_VERSION,
      height: context.directory.height()
    });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const field = error.details['field'];
    throw field === 'if'
      ? badRequest('Invalid ifelse request: must specify at least one "if" condition')
      : badRequest(`Invalid ifelse request: invalid ${String(field)} value`);
  }
}

export function ifelse(methods: MethodTable): Method {
  return {
    prepare(context, params) {
      const condition = params['if'];
      if (!isJsonObject(condition)) throw badRequest('Invalid ifelse request: no valid "if" field');
      const holds = conditionHolds(context, condition);
      const onTrue = branch(context, methods, 'then', params['then']);
      const onFalse = branch(context, methods, 'else', params['else']);
      if (!onTrue && !onFalse) {
        throw badRequest('Invalid ifelse request: at least one of "then"/"else" required');
      }
      const call = holds ? onTrue : onFalse;
      return async () => {
        const facts = {
          condition: holds,
          height: context.directory.height(),
          hf: [...context.chain.hf],
          v: [...STORAGE_SERVER_VERSION]
        };
        if (!call) return { status: 200, body: facts };
        return { status: 200, body: { ...facts, result: subResult(await runCall(call)) } };
      };
    }
  };
}
