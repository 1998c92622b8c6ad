// Static pages: the app itself runs in the browser alone; the welcome screen overrides this.
export const ssr = false;
export const prerender = true;
