// Who has been shown something by this client, and in which part: noted where packets really leave, in memory alone. Of an
// account it keeps whether it is our own, never which other one.
import type { AccountId } from '../account-id.ts';
import type { Clock } from '../clock.ts';

/** What a service node was to us: a stop of a path, or what it was asked for at the end of one. */
export type NodePart =
  | 'entry'
  | 'middle'
  | 'last'
  | 'own-swarm'
  | 'other-swarm'
  | 'names'
  /** Asked for the node list, its time, or only whether a path works. */
  | 'network';

/** Whom a request is about, as far as a destination learns it; absent: nobody. */
export type RequestSubject = AccountId | 'names';

/** How often, and when last, milliseconds since 1970 by the device's clock. */
export interface Contacts {
  readonly count: number;
  /** Besides, those that did not get there, as the stop before said; it may lie. */
  readonly lost: number;
  readonly lastAtMs: number;
}

export interface GatewayContact extends Contacts {
  readonly origin: string;
  /** Those of `count` that were answered; without an answer it may never have been reached. */
  readonly answered: number;
}

export interface NodeContact {
  readonly ed25519PublicKeyHex: string;
  /** Where its list says it stands; null for a guard node that never was part of a whole path. */
  readonly ip: string | null;
  readonly parts: Readonly<Partial<Record<NodePart, Contacts>>>;
}

export interface ServerContact extends Contacts {
  readonly host: string;
}

/** Everybody this client has been in touch with. Plain data. */
export interface ExposureFacts {
  /** Since when it has been noted. */
  readonly sinceMs: number;
  readonly gateways: readonly GatewayContact[];
  readonly nodes: readonly NodeContact[];
  /** Servers outside the network, reached over a path. */
  readonly servers: readonly ServerContact[];
}

interface Stop {
  readonly ed25519PublicKeyHex: string;
  readonly ip?: string;
}

/** An onion request as it leaves. */
export interface SentRequest {
  /** Guard node first; three, or two in a test of a guard node. */
  readonly hops: readonly Stop[];
  readonly destination:
    { readonly kind: 'node'; readonly node: Stop } | { readonly kind: 'server'; readonly host: string };
  readonly subject?: RequestSubject;
}

export interface ExposureLedger {
  /** Whose swarm is our own. */
  setOwnAccount(accountId: AccountId): void;
  /**
   * A gateway is asked for something.
   * @returns to be called once it has answered, whatever it said
   */
  gatewayAsked(origin: string): () => void;
  /**
   * A request leaves. Everybody on its way is taken to have got it until the contrary is known.
   * @returns to be called when a stop could not be reached, with its place: 0 the guard node, the number of hops the destination
   */
  sent(request: SentRequest): (firstLost: number) => void;
  facts(): ExposureFacts;
}

/** More nodes and servers than a client ever meets; beyond it the ones heard of longest ago are left out. */
const MAX_PARTIES = 8_192;

type Counted = { count: number; lost: number; lastAtMs: number };
type Tally = Map<string, Counted>;

export function createExposureLedger(clock: Pick<Clock, 'now'>): ExposureLedger {
  const sinceMs = clock.now();
  const asked: Tally = new Map();
  const answered: Tally = new Map();
  const servers: Tally = new Map();
  /** By part and key: the same node is a hop today and a destination tomorrow. */
  const parts: Tally = new Map();
  const addresses = new Map<string, string>();
  let own: AccountId | null = null;

  /** @returns what turns this contact into a lost one */
  function note(tally: Tally, key: string): () => void {
    const entry = tally.get(key) ?? { count: 0, lost: 0, lastAtMs: 0 };
    entry.count++;
    entry.lastAtMs = clock.now();
    // The newest stand at the end.
    tally.delete(key);
    tally.set(key, entry);
    const [oldest] = tally.keys();
    if (tally.size > MAX_PARTIES && oldest !== undefined) tally.delete(oldest);
    return () => {
      entry.count--;
      entry.lost++;
    };
  }

  function partOf(subject: RequestSubject | undefined): NodePart {
    if (subject === undefined) return 'network';
    if (subject === 'names') return 'names';
    return subject === own ? 'own-swarm' : 'other-swarm';
  }

  function noteNode(part: NodePart, { ed25519PublicKeyHex, ip }: Stop): () => void {
    if (ip !== undefined) addresses.set(ed25519PublicKeyHex, ip);
    return note(parts, `${part} ${ed25519PublicKeyHex}`);
  }

  function nodes(): NodeContact[] {
    const byNode = new Map<string, Partial<Record<NodePart, Contacts>>>();
    for (const [key, counted] of parts) {
      const [part, node] = key.split(' ') as [NodePart, string];
      byNode.set(node, { ...byNode.get(node), [part]: { ...counted } });
    }
    return [...byNode].map(([ed25519PublicKeyHex, ofNode]) => ({
      ed25519PublicKeyHex,
      ip: addresses.get(ed25519PublicKeyHex) ?? null,
      parts: ofNode
    }));
  }

  return {
    setOwnAccount(accountId) {
      own = accountId;
    },
    gatewayAsked(origin) {
      note(asked, origin);
      return () => void note(answered, origin);
    },
    sent({ hops, destination, subject }) {
      const last = hops.length - 1;
      const lose = hops.map((hop, index) =>
        noteNode(index === 0 ? 'entry' : index === last ? 'last' : 'middle', hop)
      );
      lose.push(
        destination.kind === 'node'
          ? noteNode(partOf(subject), destination.node)
          : note(servers, destination.host)
      );
      return (firstLost) => {
        for (const loseOne of lose.slice(firstLost)) loseOne();
      };
    },
    facts: () => ({
      sinceMs,
      gateways: [...asked].map(([origin, counted]) => ({
        origin,
        ...counted,
        answered: answered.get(origin)?.count ?? 0
      })),
      nodes: nodes(),
      servers: [...servers].map(([host, counted]) => ({ host, ...counted }))
    })
  };
}
