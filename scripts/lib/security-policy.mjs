// The one definition of the Content Security Policy (design.md §8). Kit turns it into the meta tag of
// each html file; the build turns it into the response header of every file.

/** Hash of the inline style attribute of Kit's live region (svelte-announcer). */
const ANNOUNCER_STYLE = 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo=';

/**
 * Gateways on other origins that this build may talk to, from `ONIONSKIN_GATEWAYS` (blank separated).
 * @returns {string[]}
 */
export function gatewayOrigins(environment = process.env) {
  return (environment.ONIONSKIN_GATEWAYS ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .map((address) => new URL(address).origin);
}

/** The policy as Kit's `csp.directives`: names to lists of sources. */
export function cspDirectives(environment = process.env) {
  return {
    'default-src': ['none'],
    'script-src': ['self'],
    'style-src': ['self'],
    'style-src-attr': ['unsafe-hashes', ANNOUNCER_STYLE],
    'img-src': ['self', 'blob:', 'data:'],
    'media-src': ['self', 'blob:'],
    'font-src': ['self'],
    'connect-src': ['self', ...gatewayOrigins(environment)],
    'worker-src': ['self'],
    'manifest-src': ['self'],
    'base-uri': ['none'],
    'form-action': ['none'],
    'object-src': ['none'],
    'require-trusted-types-for': ['script'],
    'trusted-types': ['svelte-trusted-html', 'onionskin-script-url']
  };
}

/** Words of a policy that are written in quotes. */
const KEYWORD = /^(self|none|unsafe-\w+|report-sample|strict-dynamic|(sha256|sha384|sha512|nonce)-.+)$/;

/** A policy as the text of its header. `frame-ancestors` works in a header only, so it is added here. */
export function cspText(directives) {
  const all = { ...directives, 'frame-ancestors': ['none'] };
  return Object.entries(all)
    .map(([name, sources]) => [name, ...sources.map((s) => quoted(name, s))].join(' '))
    .join('; ');
}

function quoted(name, source) {
  // Names of Trusted Types policies stand bare, those of their sinks in quotes.
  if (name === 'trusted-types') return source;
  return name === 'require-trusted-types-for' || KEYWORD.test(source) ? `'${source}'` : source;
}

/** Features of the platform that the app has no use for, and those it keeps to itself. */
const REFUSED_FEATURES = [
  'accelerometer',
  'bluetooth',
  'browsing-topics',
  'geolocation',
  'gyroscope',
  'hid',
  'local-fonts',
  'magnetometer',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking'
];
const OWN_FEATURES = [
  'camera',
  'clipboard-write',
  'display-capture',
  'fullscreen',
  'microphone',
  'web-share'
];

/** Headers of every response, whatever it holds. */
export const COMMON_HEADERS = {
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': [
    ...REFUSED_FEATURES.map((feature) => `${feature}=()`),
    ...OWN_FEATURES.map((feature) => `${feature}=(self)`)
  ].join(', '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // For browsers that do not know `frame-ancestors`, and for addresses of static hosts that no rule names.
  'x-frame-options': 'DENY'
};

/** Headers of pages besides: no script without a hash of it in the page (integrity.mjs). */
export const PAGE_HEADERS = { 'integrity-policy': 'blocked-destinations=(script)' };
