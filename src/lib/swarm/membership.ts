// Which service nodes hold an account (network.md §4.1, §4.3, §4.4). Computed here from the verified pool, so that no
// node is told whose swarm is asked for; a node that says "wrong swarm" is believed only about verified nodes.
import { x25519PublicKeyOf, type AccountId } from '../account-id.ts';
import type { OnionClient, VerifiedNode } from '../onion/index.ts';
import { decodeSwarmResult, swarmForKey, swarmIdFromHex, type JsonValue } from '../wire/index.ts';

/** Accounts whose swarm a node corrected; one talks to few at a time. */
const MAX_CORRECTIONS = 256;
/** After a refresh that brought none of the nodes a 421 named, another 421 asks for none for this long. */
const FRUITLESS_PAUSE_MS = 60_000;

export interface Membership {
  /** All verified members, struck ones last; empty when there is no swarm. */
  members(accountId: AccountId): readonly VerifiedNode[];
  /**
   * Takes in the body of a 421. When the pool lacks the nodes it names, the pool is refreshed first, unless that helped
   * nothing a moment ago: members that keep saying so must not keep us asking.
   * @returns whether other members than before are known now
   */
  correct(
    accountId: AccountId,
    answering: VerifiedNode,
    body: JsonValue,
    signal?: AbortSignal
  ): Promise<boolean>;
}

export function createMembership(
  onion: Pick<OnionClient, 'nodes' | 'isUsable' | 'refreshNodes' | 'networkTimeMs'>
): Membership {
  let index = indexOf([]);
  let indexed: readonly VerifiedNode[] | null = null;
  /** Corrections hold until the pool is replaced. Keys of members by account. */
  let corrections = new Map<AccountId, ReadonlySet<string>>();
  let fruitlessAtMs: number | null = null;

  function swarms(): SwarmIndex {
    const nodes = onion.nodes();
    if (nodes !== indexed) {
      indexed = nodes;
      index = indexOf(nodes);
      corrections = new Map();
    }
    return index;
  }

  function computed(accountId: AccountId): readonly VerifiedNode[] {
    const { ids, membersById } = swarms();
    const id = swarmForKey(ids, x25519PublicKeyOf(accountId));
    return id === null ? [] : (membersById.get(id) ?? []);
  }

  function members(accountId: AccountId): readonly VerifiedNode[] {
    const fromPool = computed(accountId);
    const corrected = corrections.get(accountId);
    const nodes = corrected
      ? onion.nodes().filter((node) => corrected.has(node.ed25519PublicKeyHex))
      : fromPool;
    const isUsable = (node: VerifiedNode) => onion.isUsable(node.ed25519PublicKeyHex);
    return [...nodes.filter(isUsable), ...nodes.filter((node) => !isUsable(node))];
  }

  function remember(accountId: AccountId, keys: ReadonlySet<string>): void {
    corrections.delete(accountId);
    corrections.set(accountId, keys);
    const [oldest] = corrections.keys();
    if (corrections.size > MAX_CORRECTIONS && oldest !== undefined) corrections.delete(oldest);
  }

  const mayRefresh = () =>
    fruitlessAtMs === null || Math.abs(onion.networkTimeMs() - fruitlessAtMs) >= FRUITLESS_PAUSE_MS;

  return {
    members,
    async correct(accountId, answering, body, signal) {
      const before = keysOf(members(accountId));
      const named = namedNodes(body);
      const unknown = () => {
        const pool = keysOf(onion.nodes());
        return named.filter((key) => !pool.has(key)).length;
      };
      const unknownBefore = unknown();
      if (unknownBefore > 0 && mayRefresh()) {
        await onion.refreshNodes(signal).catch(() => false);
        fruitlessAtMs = unknown() < unknownBefore ? null : onion.networkTimeMs();
      }
      // A refreshed pool may already agree with the answer.
      const pool = keysOf(onion.nodes());
      const verified = named.filter((key) => pool.has(key));
      const corrected =
        verified.length > 0
          ? new Set(verified)
          : new Set([...keysOf(members(accountId))].filter((key) => key !== answering.ed25519PublicKeyHex));
      // Members that name nobody and are left out one by one leave the swarm as the list has it.
      if (corrected.size > 0) remember(accountId, corrected);
      else corrections.delete(accountId);
      return corrected.size > 0 && [...corrected].some((key) => !before.has(key) || verified.length === 0);
    }
  };
}

interface SwarmIndex {
  readonly ids: readonly bigint[];
  readonly membersById: ReadonlyMap<bigint, readonly VerifiedNode[]>;
}

function indexOf(nodes: readonly VerifiedNode[]): SwarmIndex {
  const membersById = new Map<bigint, VerifiedNode[]>();
  for (const node of nodes) {
    if (node.swarmIdHex === null) continue;
    const id = swarmIdFromHex(node.swarmIdHex);
    const members = membersById.get(id);
    if (members) members.push(node);
    else membersById.set(id, [node]);
  }
  return { ids: [...membersById.keys()], membersById };
}

function keysOf(nodes: readonly VerifiedNode[]): Set<string> {
  return new Set(nodes.map((node) => node.ed25519PublicKeyHex));
}

/** Keys a 421 names; empty when its body cannot be read. */
function namedNodes(body: JsonValue): string[] {
  try {
    return decodeSwarmResult(body).nodes.map((node) => node.ed25519PublicKeyHex);
  } catch {
    return [];
  }
}
