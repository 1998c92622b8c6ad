import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { cspDirectives } from './scripts/lib/security-policy.mjs';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapter({ pages: 'build', assets: 'build', fallback: '200.html' }),
    serviceWorker: { register: false },
    // A fixed name keeps two builds of the same sources identical, byte for byte.
    version: { name: process.env.APP_VERSION ?? '0.1.0' },
    csp: { mode: 'hash', directives: cspDirectives() }
  }
};
