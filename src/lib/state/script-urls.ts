// The project's one Trusted Types policy for script addresses (design.md §8): it lets through the addresses it was
// made with and refuses every other. A name can be used once per page, so one policy serves all scripts.

/** Turns a known address into what `new Worker` and `serviceWorker.register` accept. */
export type ScriptUrls = (url: string) => string;

interface ScriptPolicy {
  createScriptURL(url: string): object;
}

/**
 * @param allowed the addresses of this build's scripts
 * @param made the policy, where it was made before the page came; null makes one
 */
export function createScriptUrls(allowed: readonly string[], made: ScriptPolicy | null = null): ScriptUrls {
  const check = (url: string): string => {
    if (!allowed.includes(url)) throw new TypeError('not a script of this build');
    return url;
  };
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypesFactory };
  const policy = made ?? trustedTypes?.createPolicy('onionskin-script-url', { createScriptURL: check });
  // The DOM's types know only text here; the browser wants the object.
  return policy ? (url) => policy.createScriptURL(check(url)) as unknown as string : check;
}

interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): ScriptPolicy;
}
