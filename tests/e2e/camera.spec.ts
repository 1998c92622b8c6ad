// Scanning with a camera: the browser's fake one plays a video of a QR code.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import { qrVideo } from '../support/qr-video.ts';
import { expect, test } from './fixtures.ts';
import { LAUNCH_OPTIONS } from './launch.ts';
import { createAccount } from './people.ts';

const FRIEND = `05${'c8abf3047e6619b3'.repeat(4)}`;

test.describe('the camera @full', () => {
  let directory: string;
  let browser: Browser;

  async function launchWith(text: string, mayUseCamera: boolean): Promise<Browser> {
    const video = join(directory, 'code.y4m');
    await writeFile(video, qrVideo(text));
    const args = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${video}`];
    if (mayUseCamera) args.push('--use-fake-ui-for-media-stream');
    return chromium.launch({ ...LAUNCH_OPTIONS, args: [...(LAUNCH_OPTIONS.args ?? []), ...args] });
  }

  test.beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'onionskin-camera-'));
  });
  test.afterEach(async () => {
    await browser.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('reads a QR code and is let go of', async ({ baseURL }) => {
    browser = await launchWith(`https://elsewhere.example/#/c/${FRIEND}`, true);
    const page = await (await browser.newContext({ baseURL: baseURL as string })).newPage();
    await createAccount(page, 'Ana');
    await page.goto('/new');
    await page.evaluate(() => {
      const media = navigator.mediaDevices;
      const original = media.getUserMedia.bind(media);
      media.getUserMedia = async (constraints) => {
        const stream = await original(constraints);
        (window as unknown as { stream: MediaStream }).stream = stream;
        return stream;
      };
    });
    await page.getByRole('button', { name: 'Scan a QR code with the camera' }).click();
    await expect(page.getByRole('textbox', { name: 'Account ID' })).toHaveValue(FRIEND);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    const states = await page.evaluate(() =>
      (window as unknown as { stream: MediaStream }).stream.getTracks().map((track) => track.readyState)
    );
    expect(states).toEqual(['ended']);
  });

  test('that is refused is said in words', async ({ baseURL }) => {
    browser = await launchWith(FRIEND, false);
    const context = await browser.newContext({ baseURL: baseURL as string, permissions: [] });
    const page = await context.newPage();
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    });
    await page.goto('/');
    await page.getByRole('button', { name: 'I have an account' }).click();
    await page.getByRole('button', { name: 'Scan a QR code with the camera' }).click();
    await expect(page.getByText('The camera could not be opened.')).toBeVisible();
  });
});
