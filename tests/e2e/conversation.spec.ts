// One conversation as a place to read and write: drafts, ways back, and a history longer than the screen.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { createStranger } from './hostile-people.ts';
import {
  acceptRequest,
  createAccount,
  DELIVERY_TIMEOUT_MS,
  expectSent,
  message,
  openConversation,
  ownAccountId,
  say,
  showList,
  startConversation
} from './people.ts';

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });
const rows = (page: Page) => page.getByRole('navigation', { name: 'Conversations' }).getByRole('link');

test('a draft waits in its own conversation, and goes when the message goes @full', async ({
  page,
  stack
}) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await startConversation(page, String(stack.localnet.echoAccountId));
  await composer(page).fill('Half a thought');
  await showList(page);
  await expect(rows(page).filter({ hasText: 'Draft' })).toHaveCount(1);

  await rows(page).filter({ hasText: 'Note to Self' }).click();
  await expect(composer(page)).toHaveValue('');
  await page.reload();
  await showList(page);
  await rows(page).filter({ hasText: 'Half a thought' }).click();
  await expect(composer(page)).toHaveValue('Half a thought');

  await page.getByRole('button', { name: 'Send message' }).click();
  await expect(composer(page)).toHaveValue('');
  await expectSent(page, 'Half a thought');
  await showList(page);
  await expect(rows(page).filter({ hasText: 'Draft' })).toHaveCount(0);
});

test.describe('one pane', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('Back leads to the list, at the row one came from, and leaves no trail @full', async ({
    page,
    stack
  }) => {
    await createAccount(page, 'Ana');
    await startConversation(page, String(stack.localnet.echoAccountId));
    await say(page, 'Hello');
    await page.getByRole('link', { name: 'Back' }).click();
    const row = rows(page).filter({ hasText: 'Hello' });
    await expect(row).toBeFocused();
    await expect(composer(page)).toBeHidden();

    const before = await page.evaluate(() => history.length);
    for (const goBack of [() => page.goBack(), () => page.getByRole('link', { name: 'Back' }).click()]) {
      await row.click();
      await expect(message(page, 'Hello').first()).toBeVisible();
      await goBack();
      await expect(row).toBeVisible();
    }
    expect((await page.evaluate(() => history.length)) - before).toBeLessThanOrEqual(1);
  });
});

/** Scrolls the timeline by `dy` and says how far the message in its middle strayed from moving with it, pixels. */
function scrollAndWatch(page: Page, dy: number): Promise<{ strayed: number; top: number }> {
  return page.getByRole('log', { name: 'Messages' }).evaluate(async (log, by) => {
    const frame = () => new Promise(requestAnimationFrame);
    const box = log.getBoundingClientRect();
    const middle = (element: Element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return Math.abs((top + bottom) / 2 - (box.top + box.bottom) / 2);
    };
    const [watched] = [...log.querySelectorAll('article')].sort((a, b) => middle(a) - middle(b));
    if (!watched) throw new Error('no message in view');
    const id = watched.getAttribute('data-message');
    const start = watched.getBoundingClientRect().top;
    const from = log.scrollTop;
    log.scrollTop += by;
    const moved = from - log.scrollTop;
    let strayed = 0;
    // Long enough for a page of older messages to come in and be measured.
    for (let count = 0; count < 20; count++) {
      await frame();
      const now = log.querySelector(`[data-message="${id}"]`)?.getBoundingClientRect().top;
      strayed = Math.max(strayed, now === undefined ? Infinity : Math.abs(now - start - moved));
    }
    return { strayed, top: log.scrollTop };
  }, dy);
}

const COUNT = 300;

test('a long history opens at what is new, and never moves what is read @full', async ({
  page,
  stack,
  viewport
}) => {
  // Sealing and scrolling through it all takes its time on a busy machine.
  test.setTimeout(240_000);
  await createAccount(page, 'Ana');
  const accountId = await ownAccountId(page);
  // About as high in a narrow window as in a wide one.
  const mostWords = (viewport?.width ?? 1_280) < 640 ? 20 : 60;
  let timeMs = Date.now() - COUNT * 600_000;
  const mara = await createStranger(stack.localnet, 'Mara', () => (timeMs += 500_000));
  await mara.write(accountId, 'May I write to you?');
  await acceptRequest(page, 'Mara');
  await page.goto('/chats');
  for (let index = 0; index < COUNT; index++) {
    await mara.write(accountId, `letter ${index}: ${'word '.repeat((index * 7) % mostWords)}`);
  }
  await expect(rows(page)).toHaveAccessibleName(new RegExp(`${COUNT} unread`), { timeout: 60_000 });

  await test.step('it opens at the first new message', async () => {
    await openConversation(page, 'Mara');
    await expect(page.getByText(`${COUNT} new messages`)).toBeInViewport();
    await expect(message(page, 'letter 0:')).toBeInViewport();
  });

  await test.step('the latest is one press away, and then nothing is unread', async () => {
    await page.getByRole('button', { name: 'Jump to the latest' }).click();
    await expect(message(page, `letter ${COUNT - 1}:`)).toBeInViewport();
    await expect(page).toHaveTitle('Onionskin');
    await showList(page);
    await expect(rows(page)).not.toHaveAccessibleName(/unread/);
    await openConversation(page, 'Mara');
  });

  await test.step('older messages come in above, and what is read stays in place', async () => {
    await page.reload();
    // It is laid out before it is shown.
    await expect(message(page, `letter ${COUNT - 1}:`)).toBeVisible();
    await expect(message(page, `letter ${COUNT - 1}:`)).toBeInViewport();
    let top = Infinity;
    for (let count = 0; top > 0 && count < 150; count++) {
      const step = await scrollAndWatch(page, -300);
      expect(step.strayed).toBeLessThan(3);
      top = step.top;
    }
    await expect(message(page, 'letter 0:')).toBeInViewport();
  });

  await test.step('what arrives meanwhile is counted, not shown', async () => {
    timeMs = Date.now();
    await mara.write(accountId, 'the newest letter');
    const jump = page.getByRole('button', { name: 'Jump to the latest, 1 new' });
    await expect(jump).toBeVisible({ timeout: DELIVERY_TIMEOUT_MS * 2 });
    await expect(message(page, 'letter 0:')).toBeInViewport();
    await jump.click();
    await expect(message(page, 'the newest letter')).toBeInViewport();
  });

  await test.step('a quote leads back to what it answers, however far that is', async () => {
    await page.reload();
    const newest = message(page, 'the newest letter');
    await expect(newest).toBeInViewport();
    await page.getByRole('log', { name: 'Messages' }).evaluate((log) => log.scrollTo(0, 0));
    for (let count = 0; count < 40 && (await message(page, 'letter 0:').count()) === 0; count++) {
      await scrollAndWatch(page, -5_000);
    }
    await message(page, 'letter 0:').focus();
    await page.keyboard.press('r');
    await say(page, 'an answer after years');
    const answer = message(page, 'an answer after years');
    await expect(answer).toBeInViewport();
    await page.reload();
    await expect(answer).toBeInViewport();
    await answer.getByRole('button', { name: /letter 0:/ }).click();
    const original = page.getByRole('article', { name: /^Mara, .*letter 0:/ });
    await expect(original).toBeFocused();
    await expect(original).toBeInViewport();
    await page.getByRole('button', { name: 'Jump to the latest' }).click();
    await expect(answer).toBeInViewport();
  });
});

test('a note stands above the composer, however tall it is @full @tablet', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'Worth an answer');
  await expectSent(page, 'Worth an answer');
  const choose = async (item: string) => {
    await message(page, 'Worth an answer').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: item }).click();
  };
  await choose('Reply');
  const chip = page.getByText('Reply to yourself');
  await composer(page).fill('One line\nand another\nand a third');
  await choose('Copy');
  const note = page.getByRole('status').getByText('Copied.');
  await expect(note).toBeVisible();
  await expect
    .poll(async () => {
      const [above, below] = [await note.boundingBox(), await chip.boundingBox()];
      return above !== null && below !== null && above.y + above.height <= below.y;
    })
    .toBe(true);
  await page.getByRole('button', { name: 'Cancel the reply' }).click();
  await expect(chip).toBeHidden();
});
