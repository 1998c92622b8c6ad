// What was pressed on the welcome screen before the app had loaded: its markup stands earlier, and a press must not be lost.

declare global {
  interface Window {
    /** Put there by static/before-paint.js, which listens from before the first paint. */
    onionskinPress?: { last: string | null; stop(): void };
  }
}

/** The buttons that are kept, by their `data-early`. */
export type EarlyPress = 'create' | 'restore';

/**
 * From now on the app hears what is pressed itself.
 * @returns the button that was pressed last until now, or null
 */
export function takeEarlyPress(page: Window): EarlyPress | null {
  const { onionskinPress: early } = page;
  early?.stop();
  delete page.onionskinPress;
  const last = early?.last ?? null;
  return last === 'create' || last === 'restore' ? last : null;
}
