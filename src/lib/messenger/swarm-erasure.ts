// Deletes everything that the own swarm holds of an account, in all namespaces (network.md §5.6), and says which of its
// nodes signed for it. Whoever was not reached through another node is asked directly.
import type { AccountId } from '../account-id.ts';
import type { Clock } from '../clock.ts';
import type { Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { MessengerError } from './errors.ts';

/** The part of the swarm floor that erasing needs. */
export interface ErasureSwarmClient {
  members(accountId: AccountId): readonly { readonly ed25519PublicKeyHex: string; readonly ip?: string }[];
  deleteAll(input: {
    identity: Identity;
    namespace: 'all';
    /** A member to ask first, by Ed25519 key. */
    preferNode?: string;
    signal?: AbortSignal;
  }): Promise<{ readonly confirmed: readonly string[]; readonly failed: readonly string[] }>;
}

/** The part of the onion floor that erasing looks at. */
export interface ErasureOnion {
  state(): { readonly phase: string };
  onState(callback: () => void): () => void;
}

export interface SwarmErasure {
  /** Every node that holds the account, by address; whether its signature for the deletion was seen. */
  readonly nodes: readonly { readonly address: string; readonly confirmed: boolean }[];
}

/** Path building and finding the swarm take a few seconds; longer than this a person should not wait unasked. */
const CONNECT_MS = 30_000;
/** Rounds, each beginning with a node that has not signed yet; a swarm has five to ten nodes. */
const ROUNDS = 6;

/**
 * @param deps.onion started by the caller
 * @returns every node, and which of them signed; nodes that did not answer are in it
 * @throws MessengerError `network-unreachable` when no node of the swarm is known in time; the signal's reason
 */
export async function eraseSwarm(deps: {
  onion: ErasureOnion;
  swarm: ErasureSwarmClient;
  identity: Identity;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}): Promise<SwarmErasure> {
  const { swarm, identity, log, signal } = deps;
  await untilConnected(deps);
  const confirmed = new Set<string>();
  const missing = () =>
    swarm.members(identity.accountId).filter((node) => !confirmed.has(node.ed25519PublicKeyHex));
  for (let round = 0; round < ROUNDS; round++) {
    signal.throwIfAborted();
    const next = missing()[round % Math.max(1, missing().length)];
    if (!next) break;
    try {
      const preferNode = next.ed25519PublicKeyHex;
      const done = await swarm.deleteAll({ identity, namespace: 'all', preferNode, signal });
      for (const node of done.confirmed) confirmed.add(node);
    } catch (error) {
      signal.throwIfAborted();
      log.warn('swarm-not-erased', { code: errorCode(error) });
    }
  }
  const members = swarm.members(identity.accountId);
  if (members.length === 0) throw new MessengerError('network-unreachable', { retry: 'later' });
  return {
    nodes: members.map(({ ed25519PublicKeyHex, ip }) => ({
      address: ip ?? ed25519PublicKeyHex.slice(0, 8),
      confirmed: confirmed.has(ed25519PublicKeyHex)
    }))
  };
}

async function untilConnected(deps: {
  onion: ErasureOnion;
  clock: Clock;
  signal: AbortSignal;
}): Promise<void> {
  const { onion, clock, signal } = deps;
  const isConnected = () => onion.state().phase === 'connected';
  if (isConnected()) return;
  const over = new AbortController();
  const waited = AbortSignal.any([signal, over.signal]);
  const connected = new Promise<void>((resolve) => {
    const stop = onion.onState(() => isConnected() && resolve());
    waited.addEventListener('abort', () => void stop(), { once: true });
  });
  try {
    await Promise.race([connected, clock.sleep(CONNECT_MS, waited)]);
  } finally {
    over.abort();
  }
  signal.throwIfAborted();
  if (!isConnected()) throw new MessengerError('network-unreachable', { retry: 'later' });
}
