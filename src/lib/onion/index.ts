// The public surface of the onion floor: bytes to a destination over a path. Knows nothing of messages.
export { createOnionClient, type OnionClient, type OnionDependencies } from './client.ts';
export { DEFAULT_ONION_CONFIG, type OnionConfig } from './config.ts';
export type {
  BlockReason,
  ConnectionState,
  ConnectionWarning,
  GatewayState,
  GatewayStatus
} from './connection-state.ts';
export { OnionError, type OnionErrorCode } from './errors.ts';
export type {
  Contacts,
  ExposureFacts,
  GatewayContact,
  NodeContact,
  NodePart,
  ServerContact
} from './exposure-ledger.ts';
export type { NameAnswer } from './name-lookup.ts';
export type { NodeReply, ServerAddress, V3Request } from './path-sender.ts';
export type { PacketEvent } from './packet-trace.ts';
export type { NodeAddress, PathSnapshot, RequestOptions } from './requester.ts';
export { createMemoryOnionStore, type FreshGuard, type OnionSnapshot, type OnionStore } from './snapshot.ts';
export { createGatewayTransport, type GatewayTransport, type TransportOptions } from './transport.ts';
export type { VerifiedNode } from './verified-node.ts';
