// Service nodes by key: the only way a client can name one (network.md §6.1).
import { isAllowedGuard, ownAddresses, type GuardAddress } from './guard-address.ts';
import type { NodeList, NodeSource } from './node-source.ts';

export type GuardLookup = GuardAddress | 'unknown-guard' | 'address-refused';

/** A function from an Ed25519 key (64 hex characters) to where that node may be reached. */
export function createGuardDirectory(
  source: NodeSource,
  isLocal: boolean,
  own: ReadonlySet<string> = ownAddresses()
): (ed25519PublicKeyHex: string) => GuardLookup {
  let latest: { list: NodeList; guards: Map<string, GuardLookup> } | null = null;
  return (key) => {
    const list = source.current();
    if (latest?.list !== list) {
      const entries = list.nodes.map((node): [string, GuardLookup] => [
        node.ed25519PublicKeyHex,
        isAllowedGuard(node, isLocal, own) ? { ip: node.ip, port: node.port } : 'address-refused'
      ]);
      latest = { list, guards: new Map(entries) };
    }
    return latest.guards.get(key) ?? 'unknown-guard';
  };
}
