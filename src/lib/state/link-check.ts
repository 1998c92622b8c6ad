// What an address says about itself before anybody follows it: the full text, its host, and what may deceive the eye.
// Pure; nothing is fetched.

export type LinkWarning =
  /** Letters of another script are written as `xn--`. */
  | 'punycode'
  /** Letters of several scripts in one name. */
  | 'mixed-scripts'
  /** Something before an @ looks like the site and is not. */
  | 'user-info'
  | 'not-encrypted'
  | 'number-address';

export interface CheckedLink {
  /** As it will be opened, in plain letters. */
  readonly url: string;
  /** Host as it goes to the network: `xn--…` where it has other letters. */
  readonly host: string;
  /** Host as it was written, when that reads differently; else null. */
  readonly writtenHost: string | null;
  readonly warnings: readonly LinkWarning[];
}

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
  ['Georgian', /\p{Script=Georgian}/u],
  ['Thai', /\p{Script=Thai}/u],
  // Japanese and Korean mix theirs with Han by custom.
  [
    'East Asian',
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u
  ]
];

/**
 * @param written what stands in the message
 * @param url the same as an address (message-markup.ts)
 */
export function checkLink(written: string, url: string): CheckedLink {
  const parsed = new URL(url);
  const warnings: LinkWarning[] = [];
  const writtenHost = hostAsWritten(written);
  const host = parsed.hostname;
  if (host.split('.').some((label) => label.startsWith('xn--'))) warnings.push('punycode');
  if (writtenHost !== null && writtenHost.split('.').some(isMixed)) warnings.push('mixed-scripts');
  if (parsed.username !== '' || parsed.password !== '') warnings.push('user-info');
  if (/^[\d.]+$/.test(host) || host.startsWith('[')) warnings.push('number-address');
  if (parsed.protocol === 'http:') warnings.push('not-encrypted');
  const differs = writtenHost !== null && writtenHost.toLowerCase() !== host;
  return { url, host: parsed.host, writtenHost: differs ? writtenHost : null, warnings };
}

/** An address of the web as it may be opened; null for every other kind and for none at all. */
export function webAddress(written: string): URL | null {
  const url = URL.canParse(written) ? new URL(written) : null;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : null;
}

function hostAsWritten(written: string): string | null {
  const authority = /^https?:\/\/([^/?#\\]*)/i.exec(written)?.[1];
  if (authority === undefined) return null;
  return authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
}

/** Whether one label of a host has letters of more than one script. */
function isMixed(label: string): boolean {
  return SCRIPTS.filter(([, letters]) => letters.test(label)).length > 1;
}
