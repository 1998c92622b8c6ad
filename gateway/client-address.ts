// Which address a request counts for. Held for the time of a limit only, never written down.
import { isIP } from 'node:net';

/** The eight groups of an IPv6 address, or null. */
function ipv6Groups(address: string): number[] | null {
  const bare = address.split('%', 1)[0] as string;
  if (isIP(bare) !== 6) return null;
  // URL writes a dotted quad at the end as two groups.
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const left = groups(head);
  if (tail === undefined) return left;
  const right = groups(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/**
 * What an address counts as: an IPv4 address itself, an IPv6 address its /64, `unknown` anything else.
 * IPv4 in IPv6 (`::ffff:1.2.3.4`) counts as IPv4.
 */
export function addressKey(address: string): string {
  if (isIP(address) === 4) return address;
  const groups = ipv6Groups(address);
  if (!groups) return 'unknown';
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) {
    const [high, low] = groups.slice(6) as [number, number];
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/**
 * The key of a client's address.
 * @param forwardedFor `X-Forwarded-For` as received
 * @param trustedProxies how many proxies of our own stand in front; each adds one entry at the end of the
 *   header, so what a client wrote there itself is never reached. 0 ignores the header.
 */
export function clientKey(
  remoteAddress: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number
): string {
  const remote = remoteAddress ?? '';
  if (trustedProxies === 0 || forwardedFor === undefined) return addressKey(remote);
  const hops = [...forwardedFor.split(',').map((entry) => entry.trim()), remote];
  const client = hops.at(-1 - trustedProxies) ?? hops[0] ?? '';
  const key = addressKey(client);
  return key === 'unknown' ? addressKey(remote) : key;
}
