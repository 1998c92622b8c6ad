// The face of the floor: structures on the wire, each with its type, encoder, decoder and bounds. No keys.
export * from './account-key.ts';
export * from './active-nodes-bin.ts';
export * from './bt.ts';
export * from './bundled-nodes.ts';
export * from './content.ts';
export * from './download-url.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * from './ifelse.ts';
export * from './ipv4.ts';
export { isJsonObject, MAX_JSON_DEPTH, parseJson } from './json.ts';
export * from './member-results.ts';
export * from './name-record.ts';
export * from './namespaces.ts';
export * from './node-reply.ts';
export * from './onion-inner.ts';
export * from './onion-request.ts';
export * from './path-error.ts';
export type { Answered } from './result-fields.ts';
export * from './retrieve-page.ts';
export {
  decodeDaemonNodes,
  decodeGatewayNodeList,
  decodeSeedReply,
  decodeServiceNodeStates,
  encodeGatewayNodeList,
  MAX_NODE_LIST_BYTES,
  MAX_SERVICE_NODES,
  type GatewayNodeList,
  type ServiceNode,
  type ServiceNodeState
} from './service-node.ts';
export * from './snode-address.ts';
export * from './storage-results.ts';
export * from './storage-rpc.ts';
export * from './swarm-space.ts';
export * from './time-rules.ts';
export * from './v4.ts';
