declare global {
  namespace App {
    interface PageState {
      /** The details of the open conversation take the one pane there is. */
      details?: boolean;
    }
  }
}

// Known to WebKit, and from there to the HTML standard; not yet to Svelte's types.
declare module 'svelte/elements' {
  interface HTMLAttributes<T> {
    autocorrect?: 'on' | 'off';
  }
}

export {};
