// What a person does with chats as a whole: requests, the menu of a row, details, search, switcher, privacy and
// notifications, by role and name.
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test, type WorkerFixtures } from './fixtures.ts';
import { createStranger, type Stranger } from './hostile-people.ts';
import {
  acceptRequest,
  createAccount,
  DELIVERY_TIMEOUT_MS,
  expectSent,
  message,
  openSettings,
  ownAccountId,
  say,
  setItSo,
  showList
} from './people.ts';

/** What one side did reaches the other: a poll, and the way there. */
const ARRIVES = { timeout: DELIVERY_TIMEOUT_MS * 3 };

type Stack = WorkerFixtures['stack'];

const list = (page: Page) => page.getByRole('navigation', { name: 'Conversations' });
const row = (page: Page, name: string) => list(page).getByRole('link', { name: new RegExp(name) });
const requests = (page: Page) => page.getByRole('navigation', { name: 'Message Requests' });

/** Somebody who writes to Ana, and whose request she accepts; the conversation is open. */
async function befriended(page: Page, { localnet }: Stack): Promise<{ ben: Stranger; anaId: string }> {
  await createAccount(page, 'Ana');
  const anaId = await ownAccountId(page);
  const ben = await createStranger(localnet, 'Ben');
  await ben.write(anaId, 'The ferry leaves at noon');
  await acceptRequest(page, 'Ben');
  return { ben, anaId };
}

/** By the keyboard's own key for menus. */
async function choose(page: Page, name: string, ...items: string[]): Promise<void> {
  await row(page, name).press('Shift+F10');
  for (const item of items) await page.getByRole('menuitem', { name: item }).click();
}

test.describe('the list of requests', () => {
  test('accepts, deletes and blocks from its rows, and clears the rest @full', async ({ page, stack }) => {
    await createAccount(page, 'Ana');
    const anaId = await ownAccountId(page);
    await expect(page.getByRole('link', { name: 'Message Requests' })).toHaveCount(0);
    for (const name of ['Ben', 'Cleo', 'Dina', 'Emil']) {
      const stranger = await createStranger(stack.localnet, name);
      await stranger.write(anaId, `Hello from ${name}`);
    }
    const link = page.getByRole('link', { name: 'Message Requests, 4 requests' });
    await expect(link).toBeVisible(ARRIVES);
    await expect(list(page).getByRole('link')).toHaveCount(0);
    await link.click();
    const of = (name: string) =>
      requests(page)
        .getByRole('listitem')
        .filter({ hasText: `from ${name}` });

    await of('Dina').getByRole('button', { name: 'Delete' }).click();
    await expect(of('Dina')).toHaveCount(0);
    await of('Cleo').getByRole('button', { name: 'Block' }).click();
    await expect(of('Cleo')).toHaveCount(0);
    await of('Ben').getByRole('button', { name: 'Accept' }).click();
    await expect(message(page, 'Hello from Ben')).toHaveCount(1);
    await showList(page);
    await expect(row(page, 'Ben')).toBeVisible();

    await page.getByRole('link', { name: 'Message Requests, 1 request' }).click();
    await page.getByRole('button', { name: 'Clear All' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect(of('Emil')).toHaveCount(1);
    await page.getByRole('button', { name: 'Clear All' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Clear All' }).click();
    await expect(page.getByText('No requests', { exact: true })).toBeVisible();

    await openSettings(page, 'Privacy');
    await page.getByRole('link', { name: 'Blocked Contacts' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: 'Cleo' })).toBeVisible();
    await page.getByRole('button', { name: 'Unblock' }).click();
    await expect(page.getByText('Nobody is blocked')).toBeVisible();
  });
});

test.describe('a chat in the list', () => {
  test('is pinned, muted, named, marked and blocked from its menu @full', async ({ page, stack }) => {
    const { ben, anaId } = await befriended(page, stack);
    await page.goto('/chats');
    await choose(page, 'Ben', 'Pin');
    await expect(row(page, 'Ben')).toHaveAccessibleName(/pinned/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, 'Ben')).not.toHaveAccessibleName(/pinned/);
    await choose(page, 'Ben', 'Mute', 'For 1 hour');
    await expect(row(page, 'Ben')).toHaveAccessibleName(/muted/);
    await choose(page, 'Ben', 'Mark as unread');
    await expect(row(page, 'Ben')).toHaveAccessibleName(/marked unread/);

    await choose(page, 'Ben', 'Nickname');
    await page.getByRole('textbox', { name: 'Nickname' }).fill('Ferryman');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(row(page, 'Ferryman')).toBeVisible();

    await row(page, 'Ferryman').click();
    await expect(page.getByRole('heading', { name: 'Ferryman' }).first()).toBeVisible();
    await showList(page);
    await expect(row(page, 'Ferryman')).not.toHaveAccessibleName(/marked unread/);
    await page.goto('/chats');
    await expect(row(page, 'Ferryman')).not.toHaveAccessibleName(/marked unread/);

    await choose(page, 'Ferryman', 'Block');
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await expect(row(page, 'Ferryman')).toHaveAccessibleName(/blocked/);
    await ben.write(anaId, 'Do you hear me?');
    // Who writes after it shows that it was fetched.
    await (await createStranger(stack.localnet, 'Cleo')).write(anaId, 'Hello from Cleo');
    await expect(page.getByRole('link', { name: 'Message Requests' })).toBeVisible(ARRIVES);
    await choose(page, 'Ferryman', 'Unblock');
    await expect(row(page, 'Ferryman')).not.toHaveAccessibleName(/blocked/);
    await ben.write(anaId, 'And now?');
    // What came while they were blocked is gone for good.
    await expect(row(page, 'Ferryman')).toHaveAccessibleName(/And now/, ARRIVES);
    await row(page, 'Ferryman').click();
    await expect(message(page, 'And now?')).toHaveCount(1);
    await expect(message(page, 'Do you hear me?')).toHaveCount(0);
  });

  test('goes out of the list and comes back, or is deleted on this device @full', async ({ page, stack }) => {
    const { ben, anaId } = await befriended(page, stack);
    await showList(page);
    await row(page, 'Ben').press('Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click();
    await expect(row(page, 'Ben')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, 'Ben')).toBeVisible();

    const heard = () => stack.localnet.stored(ben.accountId, 0);
    // That he was accepted.
    await expect.poll(heard, ARRIVES).not.toEqual([]);
    const told = heard();
    await choose(page, 'Ben', 'Delete');
    await page.getByRole('radio', { name: 'Delete on this device only' }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(row(page, 'Ben')).toHaveCount(0);
    // Nothing is asked of anybody else: what Ben is sent is what he was sent before.
    await stack.localnet.settle();
    expect(heard()).toEqual(told);
    expect(stack.localnet.stored(anaId, 0).length).toBeGreaterThan(0);
  });

  test('shows its details, and what is decided there holds @full', async ({ page, stack }) => {
    await befriended(page, stack);
    await page.keyboard.press('Control+.');
    const panel = page.getByRole('complementary', { name: 'Details' });
    await expect(panel.getByLabel('Account ID of Ben')).toHaveText(/^05[0-9a-f ]+$/);
    await panel.getByRole('button', { name: 'Show QR code' }).click();
    await expect(panel.getByRole('img', { name: 'QR code of Ben' })).toBeVisible();
    await panel.getByRole('switch', { name: 'Pinned' }).check();
    await panel.getByRole('switch', { name: 'Notify me of messages' }).uncheck();
    await page.keyboard.press('Escape');
    await expect(panel).toHaveCount(0);
    await showList(page);
    await expect(row(page, 'Ben')).toHaveAccessibleName(/pinned/);
    await expect(row(page, 'Ben')).toHaveAccessibleName(/notifications off/);
  });
});

test.describe('with a finger', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  test('a row is drawn aside, and held for its menu @full', async ({ page, stack }) => {
    await befriended(page, stack);
    await page.goto('/chats');
    await expect(row(page, 'Ben')).toBeVisible();
    const touch = await page.context().newCDPSession(page);
    const box = await row(page, 'Ben').boundingBox();
    if (!box) throw new Error('the row has no place');
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x, y: at.y }]
      });
    const draw = async (by: number) => {
      await send('touchStart', at.x);
      for (let step = 1; step <= 8; step += 1) await send('touchMove', at.x + (by * step) / 8);
      await send('touchEnd', at.x + by);
    };

    await draw(-100);
    await expect(row(page, 'Ben')).toHaveAccessibleName(/pinned/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, 'Ben')).not.toHaveAccessibleName(/pinned/);
    await draw(100);
    await expect(row(page, 'Ben')).toHaveAccessibleName(/unread/);
    // Not far enough is nothing.
    await draw(-30);
    await expect(row(page, 'Ben')).not.toHaveAccessibleName(/pinned/);

    await send('touchStart', at.x);
    await expect(page.getByRole('menuitem', { name: 'Pin' })).toBeVisible();
    await send('touchEnd', at.x);
    await page.getByRole('menuitem', { name: 'Pin' }).tap();
    await expect(row(page, 'Ben')).toHaveAccessibleName(/pinned/);
    await expect(page).toHaveURL(/\/chats$/);
  });
});

test('messages are found in all chats and in one, and open where they are @full', async ({ page, stack }) => {
  await befriended(page, stack);
  await say(page, 'I will bring the atlas');
  await expectSent(page, 'I will bring the atlas');
  await page.goto('/chats');
  await expect(row(page, 'Ben')).toBeVisible();
  await page.keyboard.press('Control+Shift+F');
  const field = page.getByRole('searchbox', { name: 'Search' });
  await expect(field).toBeFocused();
  await field.fill('ferr');
  const found = page.getByRole('region', { name: 'Found in messages' });
  const hit = found.getByRole('link', { name: /The ferry leaves at noon/ });
  await expect(hit).toHaveCount(1);
  await expect(hit.locator('mark')).toHaveText('ferr');
  await field.fill('nobody wrote this');
  await expect(page.getByText('Nothing found')).toBeVisible();
  await field.fill('ferr');
  await expect(hit).toHaveCount(1);
  await field.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(message(page, 'The ferry leaves at noon')).toBeInViewport();

  await page.keyboard.press('Control+F');
  await expect(page.getByText('In the chat with Ben')).toBeVisible();
  await field.fill('atlas');
  await expect(found.getByRole('link', { name: /^You, .*I will bring the atlas/ })).toHaveCount(1);
  await expect(list(page)).toBeHidden();
  await page.getByRole('button', { name: 'Look in all chats' }).click();
  await expect(found.getByRole('link', { name: /^Ben, .*I will bring the atlas/ })).toHaveCount(1);
});

test('the quick switcher goes to chats and runs commands, by keyboard alone @full', async ({
  page,
  stack
}) => {
  await befriended(page, stack);
  await page.goto('/settings/profile');
  await expect(page.getByRole('textbox', { name: 'Display name' })).toBeVisible();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Chat or command' });
  await expect(field).toBeFocused();
  await page.keyboard.type('be');
  await expect(page.getByRole('option', { name: 'Ben' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log', { name: 'Messages' })).toBeVisible();

  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.type('this pin');
  await page.keyboard.press('Enter');
  await expect(field).toHaveCount(0);
  await showList(page);
  await expect(row(page, 'Ben')).toHaveAccessibleName(/pinned/);

  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.type('no such thing');
  await expect(page.getByText('Nothing by that name')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(field).toHaveCount(0);
});

test('privacy is off until it is turned on, and stays as chosen @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await openSettings(page, 'Privacy');
  const receipts = page.getByRole('switch', { name: 'Read Receipts' });
  const typing = page.getByRole('switch', { name: 'Typing Indicators' });
  await expect(receipts).not.toBeChecked();
  await expect(typing).not.toBeChecked();
  await expect(page.getByRole('radio', { name: 'Anyone' })).toBeChecked();
  await receipts.click();
  const question = page.getByRole('dialog', { name: 'Read Receipts on?' });
  await expect(question).toContainText('People you write to');
  await expect(question).toContainText('Also when you read');
  await question.getByRole('button', { name: 'Leave it' }).click();
  await expect(receipts).not.toBeChecked();
  await receipts.click();
  await question.getByRole('button', { name: 'Set it so' }).click();
  await expect(receipts).toBeChecked();
  await page.getByRole('radio', { name: 'Only people I wrote first' }).check();
  await page.reload();
  await expect(receipts).toBeChecked();
  await expect(typing).not.toBeChecked();
  await expect(page.getByRole('radio', { name: 'Only people I wrote first' })).toBeChecked();
});

test.describe('notifications', () => {
  interface Shown {
    readonly title: string;
    readonly body: string;
  }

  /** Keeps what the page shows, and lets a story press it. */
  async function watchNotifications(context: BrowserContext): Promise<void> {
    await context.grantPermissions(['notifications']);
    await context.addInitScript(() => {
      const shown: Shown[] = [];
      class Recorded extends EventTarget {
        static permission = 'granted';
        static requestPermission = () => Promise.resolve('granted');
        onclick: (() => void) | null = null;
        constructor(title: string, options: NotificationOptions = {}) {
          super();
          shown.push({ title, body: options.body ?? '' });
          Object.assign(globalThis, { lastNotification: this });
        }
        close(): void {}
      }
      Object.assign(globalThis, { Notification: Recorded, shownNotifications: shown });
    });
  }
  const shown = (page: Page) =>
    page.evaluate(() => (globalThis as unknown as { shownNotifications: Shown[] }).shownNotifications);

  test('tell of messages elsewhere as much as was chosen, and never of requests @full', async ({
    page,
    context,
    stack
  }) => {
    await watchNotifications(context);
    const { ben, anaId } = await befriended(page, stack);
    await openSettings(page, 'Notifications');
    await expect(page.getByRole('radio', { name: 'Neither name nor message' })).toBeChecked();
    await ben.write(anaId, 'Before they were on');
    await expect(page).toHaveTitle(/^\(\d\) Onionskin$/, ARRIVES);
    expect(await shown(page)).toEqual([]);

    await page.getByRole('switch', { name: 'Show notifications' }).click();
    await setItSo(page);
    await expect(page.getByText('outside the sealed storage')).toBeVisible();
    await ben.write(anaId, 'One');
    await expect.poll(() => shown(page), ARRIVES).toEqual([{ title: 'Onionskin', body: 'New message' }]);
    await page.getByRole('radio', { name: 'Name and message' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
    await expect(page.getByRole('radio', { name: 'Neither name nor message' })).toBeChecked();
    await page.getByRole('radio', { name: 'Name and message' }).click();
    await setItSo(page);
    await expect(page.getByRole('radio', { name: 'Name and message' })).toBeChecked();
    await ben.write(anaId, 'Two');
    await expect.poll(async () => (await shown(page)).at(-1), ARRIVES).toEqual({ title: 'Ben', body: 'Two' });

    const stranger = await createStranger(stack.localnet, 'Cleo');
    await page.evaluate(() => {
      const { lastNotification } = globalThis as unknown as { lastNotification: { onclick(): void } };
      lastNotification.onclick();
    });
    await expect(message(page, 'Two')).toHaveCount(1);
    await expect(page).toHaveTitle('Onionskin');
    const before = (await shown(page)).length;
    await stranger.write(anaId, 'You do not know me');
    await showList(page);
    await expect(page.getByRole('link', { name: 'Message Requests, 1 request' })).toBeVisible(ARRIVES);
    expect(await shown(page)).toHaveLength(before);
  });
});
