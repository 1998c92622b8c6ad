// Methods about the network rather than an account; any node answers them (network.md §1.5, §1.6, §4.2, §5.5).
import { isJsonObject } from '../../src/lib/wire/index.ts';
import {
  activeNodesBin,
  knownNodes,
  serviceNodeStates,
  STORAGE_SERVER_VERSION
} from '../service-node-states.ts';
import { ok, swarmAnswer } from './answers.ts';
import type { Method } from './method.ts';
import * as read from './parameters.ts';
import { badRequest, refusal } from './reply.ts';

export const info: Method = {
  prepare: (context) => async () =>
    ok(context, { timestamp: context.now(), version: [...STORAGE_SERVER_VERSION] })
};

export const getSwarm: Method = {
  prepare(context, params) {
    const account = read.accountOf(params, 'pubKey', 'Pubkey must be 66 hex digits/33 bytes long');
    return async () => ({ status: 200, body: swarmAnswer(context, context.swarmOf(account)) });
  }
};

const NODE_LISTS = new Set(['get_service_nodes', 'ons_resolve']);

export const oxendRequest: Method = {
  prepare(context, params) {
    const endpoint = read.required(read.text(params, 'endpoint'), 'endpoint');
    const inner = read.given(params, 'params') ?? {};
    if (!NODE_LISTS.has(endpoint)) throw badRequest(`Invalid oxend endpoint '${endpoint}'`);
    if (!isJsonObject(inner)) throw read.invalidValue('params', 'expected object');
    return async () => {
      if (endpoint === 'ons_resolve') {
        const hash = inner['name_hash'];
        // A daemon's own complaint, passed on as it is.
        if (typeof hash !== 'string') throw refusal(400, 'Invalid params');
        return ok(context, { result: (context.faults().forgedNames ?? context.names).resolve(hash) });
      }
      const nodes = knownNodes(context.directory, context.faults().forgedNodes);
      const result = serviceNodeStates(nodes, context.directory.height(), context.chain, inner);
      return ok(context, { result });
    };
  }
};

/** Bytes in a direct call, base64 text inside anything that is JSON. */
export const activeNodes: Method = {
  prepare: (context) => async () => ({
    status: 200,
    body: activeNodesBin(knownNodes(context.directory, context.faults().forgedNodes))
  })
};
