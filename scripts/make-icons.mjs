// Draws the raster icons of static/icons/ from the two drawings beside them. Run after changing a drawing.
import { chromium } from '@playwright/test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureChromium } from './lib/install.mjs';
import { ROOT, runMain } from './lib/project.mjs';

const FOLDER = join(ROOT, 'static/icons');
const PICTURES = [
  ['icon.svg', 'icon-512.png', 512],
  ['icon.svg', 'icon-192.png', 192],
  ['icon.svg', 'apple-touch-icon.png', 180],
  ['favicon.svg', 'favicon-32.png', 32],
  ['favicon.svg', 'favicon-96.png', 96]
];

await runMain(async () => {
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: ['--no-sandbox'] });
  const page = await browser.newPage();
  for (const [drawing, picture, size] of PICTURES) {
    const source = await readFile(join(FOLDER, drawing), 'utf8');
    await page.setViewportSize({ width: size, height: size });
    const image = `data:image/svg+xml;base64,${Buffer.from(source).toString('base64')}`;
    await page.setContent(`<style>*{margin:0}img{display:block}</style><img width="${size}" src="${image}">`);
    await page.locator('img').evaluate((node) => node.decode());
    await writeFile(join(FOLDER, picture), await page.screenshot({ omitBackground: true }));
  }
  await browser.close();
});
