// The welcome screen is the one page whose markup is made at build time: it is there before any script runs.
export const ssr = true;
export const prerender = true;
