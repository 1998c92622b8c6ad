// Pictures of every screen in three sizes, light and dark, to be looked at by people: no check, and no part of any run.
//   PICTURES=/tmp/pictures npx playwright test pictures --project=desktop
// Also from right to left, in forced colours and with text at 200 %.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { dress } from './dress.ts';
import { test } from './fixtures.ts';
import { tour } from './screens.ts';

const DIRECTORY = process.env.PICTURES ?? '';

const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 820, height: 1180 },
  desktop: { width: 1440, height: 900 }
} as const;

const SHAPES: readonly (readonly [name: string, prepare: (page: Page) => Promise<void>])[] = [
  ['light', (page) => dress(page, { theme: 'light' })],
  ['dark', (page) => dress(page, { theme: 'dark', scheme: 'dark' })],
  [
    'mirrored',
    async (page) => {
      await dress(page, { theme: 'light' });
      await page.addInitScript(() => {
        // The root of the page comes after this script, with a direction of its own.
        const turn = () => document.documentElement?.setAttribute('dir', 'rtl');
        new MutationObserver(turn).observe(document, { childList: true });
        addEventListener('DOMContentLoaded', turn);
      });
    }
  ],
  [
    'forced',
    async (page) => {
      await dress(page, { theme: 'light' });
      await page.emulateMedia({ forcedColors: 'active' });
    }
  ],
  [
    'double',
    async (page) => {
      await dress(page, { theme: 'light' });
      await page.addInitScript(() => {
        const grow = () => document.documentElement.style.setProperty('font-size', '200%');
        addEventListener('DOMContentLoaded', grow);
      });
    }
  ]
];

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const [shape, prepare] of SHAPES) {
    test(`${size}, ${shape}`, async ({ page, stack }) => {
      test.setTimeout(480_000);
      await page.setViewportSize(viewport);
      await prepare(page);
      const directory = join(DIRECTORY, `${size}-${shape}`);
      await mkdir(directory, { recursive: true });
      let number = 0;
      const look = async (name: string) => {
        number += 1;
        const file = `${String(number).padStart(2, '0')}-${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`;
        await page.screenshot({ path: join(directory, file), animations: 'disabled' });
      };
      const { localnet } = stack;
      await tour({ page, echoAccountId: String(localnet.echoAccountId), localnet, look });
    });
  }
}
