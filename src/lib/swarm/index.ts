// The face of the swarm floor: which service nodes hold an account, and what can be asked of them.
import type { AccountId } from '../account-id.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import type { Log } from '../log.ts';
import type { OnionClient, VerifiedNode } from '../onion/index.ts';
import type { RandomBytes } from '../random.ts';
import { deleteAll, deleteBefore, deleteMessages, type Deleted } from './delete.ts';
import { expire, expireAll, getExpiries, type Expired } from './expiry.ts';
import { createSendToMember, type SendToMember } from './member-request.ts';
import { createMembership } from './membership.ts';
import { createStorePromises } from './promises.ts';
import { readPublicSlot, type PublicSlot, type PublicSlotInput } from './public-slot.ts';
import { replace, type Replaced, type ReplaceInput } from './replace.ts';
import { retrieve, type Retrieved, type RetrieveInput } from './retrieve.ts';
import { store, type Stored, type StoreInput } from './store.ts';
import { storeSeries, type StoreSeriesInput } from './store-series.ts';

export { SwarmError, type SwarmErrorCode } from './errors.ts';
export type { Changed, Deleted } from './delete.ts';
export type { Expired } from './expiry.ts';
export { StatusError, type Attempt, type MemberRequest } from './member-request.ts';
export type { NewItem, Replaced, ReplaceInput } from './replace.ts';
export type { PublicSlot, PublicSlotInput } from './public-slot.ts';
export type { NamespaceRequest, NamespaceResult, Retrieved, RetrieveInput } from './retrieve.ts';
export type { Stored, StoreInput } from './store.ts';
export type { StoreSeriesInput } from './store-series.ts';

/** All methods that send throw SwarmError, or OnionError when no member can be reached. */
export interface SwarmClient {
  /** Verified members, struck ones last; empty before the network is known. */
  members(accountId: AccountId): readonly VerifiedNode[];
  store(input: StoreInput): Promise<Stored>;
  /** Stores messages one after the other in one request. @returns one entry for each of the leading ones it stored */
  storeSeries(input: StoreSeriesInput): Promise<readonly Stored[]>;
  retrieve(input: RetrieveInput): Promise<Retrieved>;
  /** What one member shows in a slot anybody may read. */
  readPublicSlot(input: PublicSlotInput): Promise<PublicSlot>;
  /** Stores items and then deletes what they replace. */
  replace(input: ReplaceInput): Promise<Replaced>;
  /** Deletes by hash, in all namespaces. */
  delete(input: Parameters<typeof deleteMessages>[1]): Promise<Deleted>;
  deleteAll(input: Parameters<typeof deleteAll>[1]): Promise<Deleted>;
  deleteBefore(input: Parameters<typeof deleteBefore>[1]): Promise<Deleted>;
  expire(input: Parameters<typeof expire>[1]): Promise<Expired>;
  expireAll(input: Parameters<typeof expireAll>[1]): Promise<Expired>;
  getExpiries(input: Parameters<typeof getExpiries>[1]): Promise<Readonly<Record<string, number>>>;
  /** Any request of the caller's own making, such as a `sequence`, with the same retries. */
  send: SendToMember;
}

export interface SwarmDependencies {
  readonly onion: OnionClient;
  readonly crypto: CryptoBackend;
  readonly random: RandomBytes;
  readonly log: Log;
}

export function createSwarmClient(dependencies: SwarmDependencies): SwarmClient {
  const { onion, crypto, random, log } = dependencies;
  const membership = createMembership(onion);
  const send = createSendToMember({ onion, membership, random, log });
  const promises = createStorePromises();
  const own = { crypto, onion, send, promises, log };
  const forgetting = <Done extends { readonly deleted: readonly string[] }>(done: Done): Done => {
    done.deleted.forEach(promises.forget);
    return done;
  };
  return {
    members: membership.members,
    store: (input) => store(own, input),
    storeSeries: (input) => storeSeries(own, input),
    retrieve: (input) => retrieve(own, input),
    readPublicSlot: (input) => readPublicSlot(send, input),
    replace: (input) => replace(own, input),
    delete: async (input) => forgetting(await deleteMessages(own, input)),
    deleteAll: async (input) => forgetting(await deleteAll(own, input)),
    deleteBefore: async (input) => forgetting(await deleteBefore(own, input)),
    expire: (input) => expire(own, input),
    expireAll: (input) => expireAll(own, input),
    getExpiries: (input) => getExpiries(own, input),
    send
  };
}
