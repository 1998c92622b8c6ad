// IPv4 addresses, read as numbers and in one spelling only: what a resolver would make of `127.1`, `0x7f.1` or
// `010.0.0.1` must never decide where a request goes (network.md §6.1).

/**
 * Address of four decimal numbers without leading zeros or blanks.
 * @returns 0 … 2^32 − 1, or null for every other spelling
 */
export function parseIpv4(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match || text.length > 15) return null;
  let address = 0;
  for (const part of match.slice(1)) {
    const octet = Number(part);
    if (octet > 255 || String(octet) !== part) return null;
    address = address * 256 + octet;
  }
  return address;
}

/** Dotted text of an address, 0 … 2^32 − 1. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** First address and prefix length of every block that is not globally reachable (IANA special-purpose registry). */
const RESERVED: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this network, unspecified
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4] // reserved, and broadcast
];

/** Whether `text` is the canonical spelling of an address that is reachable from anywhere. */
export function isPublicIpv4(text: string): boolean {
  const address = parseIpv4(text);
  if (address === null) return false;
  return !RESERVED.some(([first, prefix]) => {
    const size = 2 ** (32 - prefix);
    return Math.floor(address / size) === Math.floor((parseIpv4(first) as number) / size);
  });
}

/** Whether an address can be that of a node at all: spelled canonically, not unspecified, not broadcast. */
export function isNodeIpv4(text: string): boolean {
  const address = parseIpv4(text);
  return address !== null && address !== 0 && address !== 0xffff_ffff;
}
