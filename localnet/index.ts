// The face of the embedded network: library, command (bin.ts) and test fixture in one.
import { createLocalnet } from './network.ts';

export const localnet = { create: createLocalnet };

export type { Localnet, OpenedEvent, StoredItem } from './handles.ts';
export type { LocalNode } from './node-set.ts';
export type { LocalnetOptions } from './options.ts';
export type { MemberFailure, NodeFaults, SeedFaults, ServerFaults } from './faults.ts';
export { LocalnetError, type LocalnetErrorCode } from './errors.ts';
export type { RpcReply } from './rpc/reply.ts';
