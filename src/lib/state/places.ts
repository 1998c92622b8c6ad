// Where an address stands, as far as the address itself tells. Countries are looked up elsewhere, in data of the build.

/** `own-network`: an address that means nothing outside the network it is in. */
export type PlaceName = 'this-computer' | 'own-network' | 'elsewhere';

/** @param address host or IP address, with or without a port */
export function placeOf(address: string): PlaceName {
  const host = hostOfAddress(address);
  if (/^127(\.\d{1,3}){3}$/.test(host) || host === 'localhost' || host === '::1') return 'this-computer';
  if (/^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(host) || /^f[cd][0-9a-f]{2}:/i.test(host)) {
    return 'own-network';
  }
  return 'elsewhere';
}

/** Without port and brackets. */
export function hostOfAddress(address: string): string {
  const bracketed = /^\[(.*)\](:\d+)?$/.exec(address);
  if (bracketed) return bracketed[1] as string;
  return address.replace(/^([^:]*):\d+$/, '$1');
}
