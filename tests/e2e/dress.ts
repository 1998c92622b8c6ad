// How a page looks while it is looked at: a fixed theme, nothing moving.
import type { Page } from '@playwright/test';
import { APPEARANCE_KEY, type Accent, type Theme } from '../../src/lib/state/appearance.ts';

export interface Dress {
  readonly theme: Theme;
  readonly accent?: Accent;
  readonly scheme?: 'light' | 'dark';
}

/** A tour may take long; one step of it may not. */
const STEP_TIMEOUT_MS = 30_000;

/** From the next address on. */
export async function dress(
  page: Page,
  { theme, accent = 'airmail', scheme = 'light' }: Dress
): Promise<void> {
  page.setDefaultTimeout(STEP_TIMEOUT_MS);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  const stored = JSON.stringify({ theme, accent });
  await page.addInitScript(([key, value]) => localStorage.setItem(key, value), [
    APPEARANCE_KEY,
    stored
  ] as const);
}
