// What the other side wrote down: which guard nodes a gateway was asked for, and what service nodes opened. Taken from raw
// bytes, so that it knows nothing of the ledger it is compared with.
import type { Localnet } from '../../localnet/index.ts';
import type { ExposureFacts, NodePart } from '../../src/lib/onion/index.ts';
import type { RecordingProxy } from './recording-proxy.ts';

/** How often, by node or host. */
export type Counts = Readonly<Record<string, number>>;

export interface RecordedContacts {
  /** Requests a gateway was asked to carry to a guard node, whether it could be reached or not. */
  readonly entries: Counts;
  /** Layers opened as a stop of a path. */
  readonly hops: Counts;
  /** Requests opened at the end of a path, by what they asked for. */
  readonly ends: Readonly<Record<'own-swarm' | 'other-swarm' | 'names' | 'network', Counts>>;
  readonly servers: Counts;
}

/** The same, and all requests a gateway was sent. */
export interface RecordedAll extends RecordedContacts {
  readonly gatewayRequests: number;
}

export interface ExposureRecord {
  read(ownAccountId: string): RecordedAll;
  stop(): void;
}

type End = keyof RecordedContacts['ends'];

const utf8 = new TextDecoder();

/** Records from now on. @param proxy stands in front of the gateway */
export function recordExposure(net: Localnet, proxy: Pick<RecordingProxy, 'sent'>): ExposureRecord {
  const from = proxy.sent().length;
  const opened: { role: string; node: string; text: string }[] = [];
  const stop = net.onOpened(({ role, nodeEd, plaintext }) => {
    opened.push({ role, node: nodeEd, text: utf8.decode(plaintext) });
  });
  const count = (names: readonly string[]): Counts =>
    Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
  const nodesWhere = (isWanted: (event: (typeof opened)[number]) => boolean) =>
    count(opened.filter(isWanted).map(({ node }) => node));

  return {
    stop,
    read(ownAccountId) {
      const sent = proxy.sent().subarray(from).toString('latin1');
      const posts = sent.matchAll(/POST \/gateway\/v1\/onion\/([0-9a-f]{64}) /g);
      const isHop = ({ role }: { role: string }) => role === 'node' || role === 'server';
      const isEnd = (end: End) =>
        nodesWhere(({ role, text }) => role === 'final' && endOf(text, ownAccountId) === end);
      return {
        gatewayRequests: sent.match(/(GET|POST) \/gateway\/v1\//g)?.length ?? 0,
        entries: count([...posts].map(([, node]) => node as string)),
        hops: nodesWhere(isHop),
        ends: {
          'own-swarm': isEnd('own-swarm'),
          'other-swarm': isEnd('other-swarm'),
          names: isEnd('names'),
          network: isEnd('network')
        },
        servers: count(
          opened
            .filter(({ role }) => role === 'server')
            .map(({ text }) => /"host":"([^"]*)"/.exec(text)?.[1] ?? '')
        )
      };
    }
  };
}

/** What a request at the end of a path asks for, by its text. */
function endOf(text: string, ownAccountId: string): End {
  const named = /"pub[kK]ey":"([0-9a-f]{66})"/.exec(text)?.[1];
  if (named !== undefined) return named === ownAccountId ? 'own-swarm' : 'other-swarm';
  return text.includes('ons_resolve') ? 'names' : 'network';
}

/** The same view of what the client noted. */
export function notedContacts({
  nodes,
  servers
}: Pick<ExposureFacts, 'nodes' | 'servers'>): RecordedContacts {
  const sum = (...wanted: readonly NodePart[]): Counts =>
    Object.fromEntries(
      nodes
        .map((node): [string, number] => [
          node.ed25519PublicKeyHex,
          wanted.reduce((total, part) => total + (node.parts[part]?.count ?? 0), 0)
        ])
        .filter(([, count]) => count > 0)
    );
  return {
    entries: Object.fromEntries(
      nodes.flatMap(({ ed25519PublicKeyHex, parts: { entry } }) =>
        entry ? [[ed25519PublicKeyHex, entry.count + entry.lost]] : []
      )
    ),
    hops: sum('entry', 'middle', 'last'),
    ends: {
      'own-swarm': sum('own-swarm'),
      'other-swarm': sum('other-swarm'),
      names: sum('names'),
      network: sum('network')
    },
    servers: Object.fromEntries(
      servers.filter(({ count }) => count > 0).map(({ host, count }) => [host, count])
    )
  };
}
