// The part of the tour with files: what waits in the composer, what stands in bubbles, what lies over everything.
import { expect, type Page } from '@playwright/test';
import { testPng } from '../support/test-png.ts';
import { CONNECT_TIMEOUT_MS, goHome, ownAccountId, startConversation } from './people.ts';
import type { Look } from './look.ts';

type Chosen = { name: string; mimeType: string; buffer: Buffer };

async function attach(page: Page, files: Chosen[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles(files);
}

/** A microphone that hears one tone, in browsers that have none. */
async function giveMicrophone(page: Page): Promise<void> {
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      const context = new AudioContext();
      await context.resume();
      const end = context.createMediaStreamDestination();
      const tone = context.createOscillator();
      tone.connect(end);
      tone.start();
      return end.stream;
    };
  });
}

/** Looks at files in Note to Self, in an account that has been made. */
export async function tourFiles(page: Page, look: Look): Promise<void> {
  await goHome(page);
  await startConversation(page, await ownAccountId(page));
  await attach(page, [
    { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(320, 200) },
    { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') },
    { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(10_200_000, 1) }
  ]);
  await expect(page.getByText('Too large')).toBeVisible();
  await look('tray of files, one too large');
  await page.getByRole('button', { name: 'Send message' }).click();
  await expect(page.getByText('A file cannot be sent.')).toBeVisible();
  await look('tray with a file that cannot be sent');
  await page.getByRole('button', { name: 'Remove film.mp4' }).click();
  await page.getByRole('textbox', { name: 'Describe harbour.png' }).fill('A harbour');
  await page.getByRole('button', { name: 'Send message' }).click();
  await expect(page.getByRole('article').last()).toHaveAccessibleName(/Sent/, {
    timeout: CONNECT_TIMEOUT_MS
  });

  await giveMicrophone(page);
  await page.getByRole('button', { name: 'Record voice message' }).click();
  await expect(page.getByText('0:01 / 5:00')).toBeVisible();
  await look('recorder');
  await page.getByRole('button', { name: 'Stop and listen' }).click();
  await expect(page.getByRole('button', { name: 'Send voice recording' })).toBeVisible();
  await look('a recording before it is sent');
  await page.getByRole('button', { name: 'Send voice recording' }).click();
  await expect(page.getByRole('article').last()).toHaveAccessibleName(/Voice message.*Sent/, {
    timeout: CONNECT_TIMEOUT_MS
  });
  await look('bubbles with a picture, a file and a voice message');

  await page.getByRole('button', { name: /^Open Picture/ }).click();
  await expect(page.getByRole('dialog', { name: 'Media' }).getByRole('img')).toBeVisible();
  await look('a picture, large');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+.');
  const shared = page.getByRole('complementary', { name: 'Details' });
  await expect(shared.getByRole('button', { name: /^Open Picture/ })).toBeVisible();
  await look('details with shared media');
  await page.keyboard.press('Escape');
}
