declare global {
  namespace App {}
}

// Known to WebKit, and from there to the HTML standard; not yet to Svelte's types.
declare module 'svelte/elements' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- a merged declaration repeats the parameters
  interface HTMLAttributes<T> {
    autocorrect?: 'on' | 'off';
  }
}

export {};
