// Where this page may connect to, read from the policy that the page itself stands under: what is shown and what the browser
// enforces are the same text.

/**
 * Hosts of `connect-src`, this site's own first.
 * @param policy text of a Content Security Policy
 * @param ownOrigin what `'self'` stands for
 * @returns hosts, and whatever else a policy may name, as it is; empty when nothing may be connected to
 */
export function connectHosts(policy: string, ownOrigin: string): string[] {
  const directives = policy.split(';').map((directive) => directive.trim().split(/\s+/));
  const named =
    directives.find(([name]) => name === 'connect-src') ??
    directives.find(([name]) => name === 'default-src');
  const sources = (named?.slice(1) ?? ['*']).filter((source) => source !== "'none'");
  const hosts = sources.map((source) => (source === "'self'" ? hostOf(ownOrigin) : hostOf(source)));
  return [...new Set(hosts)];
}

/** The policy in the head of the page; null where it stands in a header alone. */
export function pagePolicy(page: Document): string | null {
  const meta = page.querySelector('meta[http-equiv="content-security-policy" i]');
  return meta?.getAttribute('content') ?? null;
}

function hostOf(source: string): string {
  return URL.canParse(source) ? new URL(source).host || source : source;
}
