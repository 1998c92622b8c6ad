// What a person does in the last moment before the page goes. The engine, which writes it, ends with the page; here it does
// not even hear of it.
import type { Page } from '@playwright/test';
import { testPng } from '../support/test-png.ts';
import { expect, test } from './fixtures.ts';
import { createAccount, message, ownAccountId, startConversation } from './people.ts';

const WORDS = 'the very last words before the page goes';
const PAPER = { name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 plan') };
const PICTURE = { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(640, 400) };

const textbox = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });
const tray = (page: Page) => page.getByRole('group', { name: 'Files to send' });

/** Lets a page be cut off from its engine in either direction: `deaf` to these commands, or without answers. */
function prepareCuts(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const cuts = { commands: [] as string[], answers: false };
    Object.assign(globalThis, { cuts });
    const { postMessage, addEventListener } = Worker.prototype;
    Worker.prototype.postMessage = function (this: Worker, said: { name?: string }, ...rest: []) {
      if (!cuts.commands.includes(said.name ?? '')) postMessage.call(this, said, ...rest);
    };
    Worker.prototype.addEventListener = function (this: Worker, type: string, listener: unknown) {
      const hear = (event: Event) => {
        if (type !== 'message' || !cuts.answers) (listener as (event: Event) => void)(event);
      };
      addEventListener.call(this, type, hear);
    };
  });
}

const cutCommands = (page: Page, ...commands: string[]) =>
  page.evaluate((names) => void (globalThis as never as Cuts).cuts.commands.push(...names), commands);
const cutAnswers = (page: Page) =>
  page.evaluate(() => void ((globalThis as never as Cuts).cuts.answers = true));

interface Cuts {
  readonly cuts: { commands: string[]; answers: boolean };
}

/** What localStorage holds of last words. */
const kept = (page: Page) =>
  page.evaluate(() =>
    Object.entries(localStorage)
      .filter(([key]) => key.startsWith('onionskin.draft.'))
      .map(([, value]) => String(value))
  );

async function openNote(page: Page): Promise<void> {
  await prepareCuts(page);
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
}

/** The engine hears of no draft from now on. The key for last words is made once there is time. */
async function untilPrepared(page: Page): Promise<void> {
  await cutCommands(page, 'conversation.saveDraft');
  await textbox(page).fill('anything');
  await expect
    .poll(async () => {
      await page.evaluate(() => dispatchEvent(new Event('pagehide')));
      return (await kept(page)).length;
    })
    .toBe(1);
}

test('what is typed in the last moment is there in the next page, and lies nowhere in plain @full', async ({
  page
}) => {
  await openNote(page);
  await untilPrepared(page);
  await textbox(page).fill(WORDS);
  await page.evaluate(() => dispatchEvent(new Event('pagehide')));
  const [sealed = ''] = await kept(page);
  expect(sealed.length).toBeGreaterThan(100);
  for (const trace of [WORDS, Buffer.from(WORDS).toString('base64').slice(4, 24), 'last']) {
    expect(Buffer.from(sealed, 'base64').toString('latin1') + sealed).not.toContain(trace);
  }
  await page.reload();
  await expect(textbox(page)).toHaveValue(WORDS);
  // It is a draft like any other now.
  await expect.poll(() => kept(page)).toEqual([]);
  await page.goto('/chats');
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toContainText(WORDS);
});

test('without a place for last words they are lost, so nothing else had kept them (control) @full', async ({
  page
}) => {
  await openNote(page);
  await untilPrepared(page);
  await page.evaluate(() => {
    localStorage.clear();
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await textbox(page).fill(WORDS);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Note to Self' })).toBeVisible();
  await expect(textbox(page)).toHaveValue('');
});

test('a message the engine never heard of comes back as a draft @full', async ({ page }) => {
  await openNote(page);
  await textbox(page).fill('said before');
  await textbox(page).press('Enter');
  await expect(message(page, 'said before')).toHaveAccessibleName(/Sent/);
  await untilPrepared(page);
  await cutCommands(page, 'message.send');
  await textbox(page).fill('never heard');
  await textbox(page).press('Enter');
  await expect(textbox(page)).toHaveValue('');
  await page.reload();
  await expect(textbox(page)).toHaveValue('never heard');
  await expect(message(page, 'said before')).toHaveCount(1);
  await expect(message(page, 'never heard')).toHaveCount(0);
});

test('a message that was stored unheard is not offered again @full', async ({ page }) => {
  await openNote(page);
  await textbox(page).fill('said before');
  await textbox(page).press('Enter');
  await expect(message(page, 'said before')).toHaveAccessibleName(/Sent/);
  await untilPrepared(page);
  await cutAnswers(page);
  await textbox(page).fill('heard of');
  await textbox(page).press('Enter');
  await expect(message(page, 'heard of')).toHaveAccessibleName(/Sent/);
  await textbox(page).fill('and more');
  await page.evaluate(() => dispatchEvent(new Event('pagehide')));
  expect(await kept(page)).toHaveLength(1);
  await page.reload();
  await expect(textbox(page)).toHaveValue('and more');
  await expect(message(page, 'heard of')).toHaveCount(1);
});

test('a file taken away in the last moment stays away, and what is written on another stays @full', async ({
  page
}) => {
  await openNote(page);
  await untilPrepared(page);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles([PICTURE, PAPER]);
  await expect(tray(page).getByText(/Place, time and device removed|Sent as it is/)).toHaveCount(2);
  await cutCommands(page, 'attachment.unstage', 'attachment.describe');
  await tray(page).getByRole('textbox', { name: 'Describe harbour.png' }).fill('The harbour at dusk');
  await tray(page).getByRole('button', { name: 'Remove plan.pdf' }).click();
  await page.reload();
  await expect(tray(page).getByRole('textbox', { name: 'Describe harbour.png' })).toHaveValue(
    'The harbour at dusk'
  );
  await expect(tray(page).getByRole('listitem')).toHaveCount(1);
});
