// One poll of the own swarm: cursors in, what one node holds out, and into the inbox.
import type { AccountId } from '../account-id.ts';
import type { Identity } from '../crypto/index.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import { loadCursors, pruneInbox, type InboxResult, type ProfileStore } from '../storage/index.ts';
import { NAMESPACES } from '../wire/index.ts';
import type { ConfigSync } from './config-sync.ts';
import type { Announcer } from './hfs-announcer.ts';
import type { GroupSync } from './hfs-group-sync.ts';
import type { Inbox } from './inbox.ts';
import type { StoredItem } from './open-item.ts';

/** The part of the swarm floor that receiving needs. */
export interface MessageRetrieveClient {
  /** Nodes that hold an account; empty before the network is known. */
  members(accountId: AccountId): readonly { readonly ed25519PublicKeyHex: string }[];
  retrieve(input: {
    identity: Identity;
    namespaces: { namespace: number; maxSize?: number }[];
    cursorOf: (nodeEd25519Hex: string, namespace: number) => string | null;
    /** A member to ask first, by Ed25519 key. */
    preferNode?: string;
    signal?: AbortSignal;
  }): Promise<{
    readonly node: { readonly ed25519PublicKeyHex: string };
    readonly results: readonly {
      readonly namespace: number;
      /** `hash` is computed from the data, not what the node says: a false one could make us skip a message never read. */
      readonly messages: readonly (StoredItem & { readonly timestampMs?: number })[];
      readonly more: boolean;
      readonly skipped: number;
      readonly lastHash: string | null;
    }[];
  }>;
}

/** One node is asked this often in a row, then another: a node that withholds messages does so for two polls. */
const POLLS_PER_NODE = 2;

/** Polls in a row because a node says it has more; a full account needs about 60. */
const MAX_REPEATS = 200;

/** Between two clean-ups of hashes that no node holds any more. */
const POLLS_PER_PRUNE = 300;

export function createReceiver(deps: {
  store: ProfileStore;
  identity: Identity;
  swarm: MessageRetrieveClient;
  inbox: Inbox;
  /** The shared documents, polled along. */
  configs?: ConfigSync;
  /** The group of the account's devices, polled along. */
  group?: GroupSync;
  /** What the account announces, looked after along. */
  announcer?: Announcer;
  random: RandomBytes;
  /** Network time, milliseconds. */
  now: () => number;
  /** After each commit that brought something. */
  onReceived: (result: InboxResult) => void;
}): (signal: AbortSignal) => Promise<{ more: boolean; received: number }> {
  const { store, identity, swarm, inbox, configs, group, announcer } = deps;
  const namespaces = [
    NAMESPACES.messages,
    ...(configs?.namespaces ?? []),
    ...(group?.namespaces ?? []),
    ...(announcer?.namespaces ?? [])
  ].map((namespace) => ({ namespace }));
  let preferred: { nodeHex: string; polls: number } | null = null;
  /** Members asked since all of them were. */
  let askedNodes = new Set<string>();
  let polls = 0;
  let repeats = 0;

  /** Another member than before, all in turn, so that one that withholds messages is not asked twice running. */
  function nextMember(): string | null {
    const members = swarm.members(identity.accountId).map((node) => node.ed25519PublicKeyHex);
    if (members.every((nodeHex) => askedNodes.has(nodeHex))) {
      // The one asked last stays out of the first draw of the next round.
      askedNodes = new Set(members.length > 1 ? [...askedNodes].slice(-1) : []);
    }
    const open = members.filter((nodeHex) => !askedNodes.has(nodeHex));
    return open.length === 0 ? null : (open[randomBelow(deps.random, open.length)] as string);
  }

  return async function poll(signal) {
    // Not in the first polls, which somebody is waiting for.
    if (++polls % POLLS_PER_PRUNE === 0) await pruneInbox(store, deps.now());
    const cursors = await loadCursors(store);
    const cursorOf = (node: string, namespace: number) =>
      group?.cursorOf(node, namespace) ??
      announcer?.cursorOf(node, namespace) ??
      configs?.cursorOf(node, namespace) ??
      cursors.get(`${node}/${namespace}`) ??
      null;
    const asked = preferred && preferred.polls < POLLS_PER_NODE ? preferred : null;
    const nodeHex = asked?.nodeHex ?? nextMember();
    // Forgotten first, so that a node that fails is not asked again.
    preferred = null;
    const answer = await swarm.retrieve({
      identity,
      namespaces,
      cursorOf,
      ...(nodeHex === null ? {} : { preferNode: nodeHex }),
      signal
    });
    const nodeEd25519Hex = answer.node.ed25519PublicKeyHex;
    // Last in the set is last asked, also when it was asked before.
    for (const tried of [nodeHex, nodeEd25519Hex]) {
      if (tried === null) continue;
      askedNodes.delete(tried);
      askedNodes.add(tried);
    }
    const askedFrom = new Map(
      answer.results.map(({ namespace }) => [namespace, cursorOf(nodeEd25519Hex, namespace)])
    );
    let isMore = false;
    let isSound = true;
    let received = 0;
    const isOf = (part: { readonly namespaces: readonly number[] } | undefined) =>
      answer.results.filter(({ namespace }) => part?.namespaces.includes(namespace));
    // Before what is sealed to the keys it brings.
    await group?.receive(nodeEd25519Hex, isOf(group));
    await announcer?.receive(nodeEd25519Hex, isOf(announcer));
    // Then the documents, which say what is to become of a message.
    await configs?.receive(nodeEd25519Hex, isOf(configs));
    for (const { namespace, messages, more, skipped, lastHash } of answer.results) {
      isSound &&= skipped === 0;
      // A cursor that does not move would ask for the same again and again.
      const hasMoved = lastHash !== null && lastHash !== askedFrom.get(namespace);
      isMore ||= more && hasMoved;
      if (namespace !== NAMESPACES.messages) continue;
      const batch = { nodeEd25519Hex, namespace, items: messages, skipped, lastHash };
      const result = await inbox.receive(batch, signal);
      if (!more && skipped === 0) group?.notePolled(Math.floor(deps.now() / 1000));
      received += result.added.length;
      const isNews = result.added.length + result.newReasons.length + result.events.length > 0;
      if (isNews) deps.onReceived(result);
    }
    const retried = await inbox.retryHeld();
    if (retried) deps.onReceived(retried);
    repeats = isMore ? repeats + 1 : 0;
    // In the middle of a backlog another node would begin from the start.
    const isStaying = isMore && repeats < MAX_REPEATS;
    if (!isStaying) await group?.push(signal);
    // After the group has the key.
    if (!isStaying) await announcer?.push(signal);
    // What was changed here is stored soon, so the next look must not be far.
    if (configs && !isStaying && (await configs.push(signal)).isWaiting) received += 1;
    if (configs?.isSearching() || group?.isWaiting()) return { more: true, received };
    if (isSound) preferred = { nodeHex: nodeEd25519Hex, polls: isStaying ? 0 : (asked?.polls ?? 0) + 1 };
    return { more: isStaying, received };
  };
}
