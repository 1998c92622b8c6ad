// The seed: `json_rpc` over the table of nodes (network.md §1.2), and the key that signs the gateway's list
// (design.md §3.1).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../src/lib/clock.ts';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../src/lib/wire/index.ts';
import type { Activity } from './activity.ts';
import type { Directory } from './directory.ts';
import type { SeedFaults } from './faults.ts';
import { closeServer, listen } from './listening.ts';
import { passServerFaults, readBody } from './plain-server.ts';
import { knownNodes, serviceNodeStates, type Chain } from './service-node-states.ts';

export interface SeedServer {
  readonly url: () => string;
  listen(port: number): Promise<number>;
  setFaults(faults: SeedFaults): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const MAX_REQUEST_BYTES = 1024 * 1024;
const METHODS = new Set(['get_service_nodes', 'get_n_service_nodes', 'get_all_service_nodes']);

function answer(request: JsonValue, directory: Directory, chain: Chain, faults: SeedFaults): JsonObject {
  const { id = null, method, params } = isJsonObject(request) ? request : ({} as JsonObject);
  if (typeof method !== 'string' || !METHODS.has(method)) {
    return { error: { code: -32_601, message: 'Method not found' }, id, jsonrpc: '2.0' };
  }
  const nodes = knownNodes(directory, faults.forgedNodes);
  const result = serviceNodeStates(nodes, directory.height(), chain, isJsonObject(params) ? params : {});
  return { id, jsonrpc: '2.0', result };
}

export function createSeed(dependencies: {
  readonly activity: Activity;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly directory: Directory;
}): SeedServer {
  const { activity, chain, clock, directory } = dependencies;
  let faults: SeedFaults = {};
  let port = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    if (!(await passServerFaults(request, response, faults, clock))) return;
    if (request.method !== 'POST' || request.url !== '/json_rpc') {
      response.writeHead(404).end();
      return;
    }
    const body = await readBody(request, MAX_REQUEST_BYTES);
    let parsed: JsonValue = null;
    try {
      parsed = body ? parseJson(body, MAX_REQUEST_BYTES, 'json-rpc') : null;
    } catch {
      // Answered as a method that is not there.
    }
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer(parsed, directory, chain, faults)));
  };
  const server: Server = createServer((request, response) => {
    void activity.run(() => handle(request, response)).catch(() => response.destroy());
  });
  return {
    url: () => `http://${HOST}:${port}/json_rpc`,
    async listen(wanted) {
      port = await listen(server, HOST, wanted);
      return port;
    },
    setFaults(next) {
      faults = next;
    },
    close: () => closeServer(server)
  };
}
