// Where a guard may live. The list is a claim of seeds, so an address in it is believed only after it was parsed as
// numbers and found public (network.md §6.1).
import { networkInterfaces } from 'node:os';
import { isPublicIpv4, type ServiceNode } from '../src/lib/wire/index.ts';

export interface GuardAddress {
  readonly ip: string;
  readonly port: number;
}

/** Below this only 443 is a port that a service node has a reason to use. */
const LOWEST_PORT = 1_024;

/** Addresses of this machine, as it knows them. */
export function ownAddresses(): Set<string> {
  return new Set(
    Object.values(networkInterfaces())
      .flat()
      .flatMap((entry) => (entry ? [entry.address] : []))
  );
}

/**
 * Whether the gateway may connect to a listed node.
 * @param isLocal on a local network every IPv4 address is fine
 */
export function isAllowedGuard(
  node: Pick<ServiceNode, 'ip' | 'port'>,
  isLocal: boolean,
  own: ReadonlySet<string>
): boolean {
  if (!Number.isInteger(node.port) || node.port < 1 || node.port > 65_535) return false;
  if (isLocal) return true;
  if (node.port < LOWEST_PORT && node.port !== 443) return false;
  return isPublicIpv4(node.ip) && !own.has(node.ip);
}
