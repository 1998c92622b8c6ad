declare global {
  namespace App {}
}

// Known to WebKit, and from there to the HTML standard; not yet to Svelte's types.
declare module 'svelte/elements' {
  interface HTMLAttributes<T> {
    autocorrect?: 'on' | 'off';
  }
}

export {};
