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
