// What stands for moments, or comes once in a long while: a camera, a drag, a sound, a transfer, little room, a reminder,
// paper. The service worker must be blocked, since `openWithLimits` changes what the worker does.
import { expect, type Page } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { testPng } from '../support/test-png.ts';
import { testWav } from '../support/test-wav.ts';
import type { Look } from './look.ts';
import { CONNECT_TIMEOUT_MS, createAccount, goHome, ownAccountId, say, startConversation } from './people.ts';
import { setFull, setShare } from './small-room.ts';

const ARRIVES = { timeout: CONNECT_TIMEOUT_MS };

/** Components that this tour shows and no other. */
export const SHOWN_FOR_MOMENTS = [
  'BackupOutcome',
  'CameraView',
  'DropVeil',
  'MiniPlayer',
  'PressureBar',
  'RecoverySheet',
  'ScanDialog',
  'SoundPlayer',
  'StrengthMeter',
  'TransferLine'
] as const;

async function attach(page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles({ name, mimeType, buffer });
  await expect(page.getByRole('group', { name: 'Files to send' }).getByText(name)).toBeVisible();
}

/** A camera that sees a black wall, in browsers that have none; from the next address on. */
async function giveCamera(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const camera = { kind: 'videoinput', deviceId: '1', groupId: '1', label: '' } as MediaDeviceInfo;
    navigator.mediaDevices.enumerateDevices = () => Promise.resolve([camera]);
    navigator.mediaDevices.getUserMedia = () => {
      const canvas = document.createElement('canvas');
      canvas.getContext('2d')?.fillRect(0, 0, canvas.width, canvas.height);
      return Promise.resolve(canvas.captureStream(10));
    };
  });
}

async function tourCamera(page: Page, look: Look): Promise<void> {
  await giveCamera(page);
  await page.goto('/new');
  await page.getByRole('button', { name: 'Scan a QR code with the camera' }).click();
  await expect(page.getByRole('dialog').locator('video')).toBeVisible();
  await look('camera');
  await page.keyboard.press('Escape');
}

/** In the open Note to Self. */
async function tourTransfers(page: Page, localnet: Localnet, look: Look): Promise<void> {
  await page.getByRole('log', { name: 'Messages' }).evaluate((log) => {
    const data = new DataTransfer();
    data.items.add(new File(['words'], 'notes.txt', { type: 'text/plain' }));
    log.dispatchEvent(new DragEvent('dragenter', { bubbles: true, cancelable: true, dataTransfer: data }));
  });
  await expect(page.getByText(/^Drop files to send them/)).toBeVisible();
  await look('files over the conversation');
  await page.getByRole('log', { name: 'Messages' }).evaluate((log) => {
    log.dispatchEvent(new DragEvent('dragleave', { bubbles: true }));
  });

  localnet.setFileServerFault({ hang: true });
  await attach(page, 'harbour.png', 'image/png', testPng(320, 200));
  await say(page, 'on its way');
  await expect(page.getByRole('progressbar', { name: /^Uploading/ })).toBeVisible(ARRIVES);
  await look('a file on its way');
  await page.getByRole('button', { name: /^Cancel Picture/ }).click();
  await expect(page.getByRole('article').last()).toHaveAccessibleName(/Failed/);
  await look('a file that was not sent');
  localnet.setFileServerFault({});

  await attach(page, 'waves.wav', 'audio/wav', testWav(30));
  await say(page, 'listen');
  const sound = page.getByRole('article', { name: /Audio/ }).last();
  await sound.getByRole('button', { name: /^Play/ }).click();
  await expect(sound.getByRole('button', { name: /^Pause/ })).toBeVisible();
  await look('a sound that plays');
  await page.keyboard.press('Control+Shift+M');
  const bar = page.getByRole('region', { name: 'Playing on' });
  await expect(bar).toBeVisible();
  await look('a sound that plays on');
  await bar.getByRole('button', { name: 'End it' }).click();
}

async function tourPaper(page: Page, look: Look): Promise<void> {
  await page.goto('/settings/recovery-password');
  await page.getByRole('button', { name: 'Show the words' }).click();
  await expect(page.getByLabel('Your Recovery Password', { exact: true })).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await look('the words on paper');
  await page.emulateMedia({ media: 'screen' });
}

async function tourBackup(page: Page, look: Look): Promise<void> {
  await page.goto('/settings/backup');
  const passphrase = page.getByRole('textbox', { name: 'Passphrase' }).first();
  await passphrase.fill('boats');
  await expect(page.getByText(/to guess\./)).toBeVisible();
  await look('a weak passphrase');
  await passphrase.fill('seven quiet boats at noon');
  await expect(page.getByText('Very hard to guess.')).toBeVisible();
  const download = page.waitForEvent('download', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Save backup' }).click();
  await download;
  await expect(page.getByText('Saved and tested:')).toBeVisible({ timeout: 60_000 });
  await look('a saved backup');
}

/** In the list, which the conversations started here fill. */
async function tourList(page: Page, look: Look): Promise<void> {
  for (const digit of ['1', '2', '3'])
    await startConversation(page, `05${digit.repeat(64)}`).then(() => goHome(page));
  await expect(page.getByRole('region', { name: /Recovery Password/ })).toBeVisible();
  await look('the reminder');
  await setShare(page, 0.93);
  await goHome(page);
  await expect(page.getByText(/^Storage is 9\d% full/)).toBeVisible();
  await look('storage is nearly full');
  await setShare(page, null);
  await setFull(page, true);
  const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first();
  await row.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'No room left' })).toBeVisible();
  await look('storage is full');
  await setFull(page, false);
}

/** From the welcome screen on, in a browser prepared by `openWithLimits`. */
export async function tourMoments(page: Page, localnet: Localnet, look: Look): Promise<void> {
  await page.addInitScript(() => {
    delete (window as { showSaveFilePicker?: unknown }).showSaveFilePicker;
  });
  await createAccount(page, 'Ana');
  const ownId = await ownAccountId(page);
  await tourCamera(page, look);
  await goHome(page);
  await startConversation(page, ownId);
  await tourTransfers(page, localnet, look);
  await tourPaper(page, look);
  await tourBackup(page, look);
  await goHome(page);
  await tourList(page, look);
}
