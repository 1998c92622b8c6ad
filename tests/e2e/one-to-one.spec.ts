// What two people do with messages besides sending them: requests, answers, emoji, deleting, all by role and name.
import type { Browser, Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  acceptRequest,
  createAccount,
  DELIVERY_TIMEOUT_MS,
  expectSent,
  message,
  openConversation,
  openRequest,
  openSettings,
  ownAccountId,
  say,
  setItSo,
  startConversation
} from './people.ts';

/** What one side did reaches the other: a poll, and the way there. */
const ARRIVES = { timeout: DELIVERY_TIMEOUT_MS * 3 };

interface Pair {
  readonly ana: Page;
  readonly ben: Page;
  readonly anaId: string;
  readonly benId: string;
}

/** Ana, and Ben in a browser of his own; neither knows the other. */
async function meet(page: Page, browser: Browser, baseURL: string | undefined): Promise<Pair> {
  const ben = await (await browser.newContext({ baseURL, viewport: page.viewportSize() })).newPage();
  await Promise.all([createAccount(page, 'Ana'), createAccount(ben, 'Ben')]);
  return { ana: page, ben, anaId: await ownAccountId(page), benId: await ownAccountId(ben) };
}

/** Both accept each other and have the conversation open. */
async function befriend(pair: Pair): Promise<void> {
  await startConversation(pair.ana, pair.benId);
  await say(pair.ana, 'Hello Ben');
  await expectSent(pair.ana, 'Hello Ben');
  await acceptRequest(pair.ben, 'Ana');
  await say(pair.ben, 'Hello Ana');
  await expect(message(pair.ana, 'Hello Ana')).toHaveCount(1, ARRIVES);
}

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });

async function chooseInMenu(page: Page, article: Locator, item: string): Promise<void> {
  await article.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: item }).click();
}

test.describe('a stranger’s first message', () => {
  test('waits in Message Requests, and is answered by Accept', async ({ page, browser, baseURL }) => {
    const pair = await meet(page, browser, baseURL);
    const { ana, ben } = pair;
    await startConversation(ana, pair.benId);
    await say(ana, 'We met on the ferry');
    await expectSent(ana, 'We met on the ferry');
    await expect(ana.getByText('has not answered yet')).toBeVisible();

    await openRequest(ben, 'Ana');
    await expect(message(ben, 'We met on the ferry')).toHaveCount(1);
    await expect(ben.getByText('Writing back counts as accepting')).toBeVisible();
    const main = ben.getByRole('main');
    for (const name of ['Accept', 'Delete', 'Block'])
      await expect(main.getByRole('button', { name })).toBeVisible();
    await main.getByRole('button', { name: 'Accept' }).click();
    await expect(main.getByText('You accepted Ana')).toBeVisible();
    await expect(main.getByRole('button', { name: 'Accept' })).toBeHidden();

    await expect(ana.getByText('accepted your message request')).toBeVisible(ARRIVES);
    await expect(ana.getByText('has not answered yet')).toBeHidden();
    // Lines that nobody wrote are no messages.
    await expect(ana.getByRole('article')).toHaveCount(1);
  });

  test('is accepted by writing back @full', async ({ page, browser, baseURL }) => {
    const pair = await meet(page, browser, baseURL);
    await startConversation(pair.ana, pair.benId);
    await say(pair.ana, 'Are you there?');
    await openRequest(pair.ben, 'Ana');
    await say(pair.ben, 'I am');
    await expect(pair.ben.getByRole('main').getByRole('button', { name: 'Accept' })).toBeHidden();
    await expect(message(pair.ana, 'I am')).toHaveCount(1, ARRIVES);
  });

  test('can be deleted, or its sender blocked @full', async ({ page, browser, baseURL }) => {
    const pair = await meet(page, browser, baseURL);
    const { ana, ben } = pair;
    await startConversation(ana, pair.benId);
    await say(ana, 'First try');
    await openRequest(ben, 'Ana');
    await ben.getByRole('main').getByRole('button', { name: 'Delete' }).click();
    await expect(ben.getByRole('log', { name: 'Messages' })).toBeHidden();
    await expect(ben.getByText('First try')).toHaveCount(0);

    await say(ana, 'Second try');
    await openRequest(ben, 'Ana');
    await ben.getByRole('main').getByRole('button', { name: 'Block' }).click();
    await expect(ben.getByText('Second try')).toHaveCount(0);
    await say(ana, 'Third try');
    await expectSent(ana, 'Third try');
    await expect(ben.getByRole('navigation', { name: 'Message Requests' }).getByRole('link')).toHaveCount(0);
  });
});

test('two people answer each other and react @full', async ({ page, browser, baseURL }) => {
  const pair = await meet(page, browser, baseURL);
  const { ana, ben } = pair;
  await befriend(pair);

  await test.step('a reply quotes what it answers, and leads back to it', async () => {
    await chooseInMenu(ben, message(ben, 'Hello Ben'), 'Reply');
    await expect(ben.getByText('Reply to Ana')).toBeVisible();
    await say(ben, 'And how are you');
    await expect(ben.getByText('Reply to Ana')).toBeHidden();
    const answer = message(ana, 'And how are you');
    await expect(answer).toHaveCount(1, ARRIVES);
    await expect(answer).toContainText('Hello Ben');
    await answer.getByRole('button', { name: /Hello Ben/ }).click();
    await expect(ana.getByRole('article', { name: /^You, .*Hello Ben/ })).toBeFocused();
  });

  await test.step('an emoji is set from the menu, seen by the other, and taken back', async () => {
    await message(ana, 'Hello Ana').focus();
    await ana.keyboard.press('Enter');
    await ana.getByRole('menuitemcheckbox', { name: '👍' }).click();
    await expect(ana.getByRole('button', { name: '👍, yours' })).toBeVisible();
    const his = ben.getByRole('button', { name: '👍, 1' });
    await expect(his).toBeVisible(ARRIVES);
    await his.click();
    await expect(ben.getByRole('button', { name: '👍, 2 with yours' })).toBeVisible();
    await expect(ana.getByRole('button', { name: '👍, 2 with yours' })).toBeVisible(ARRIVES);

    await ana.getByRole('button', { name: /^👍/ }).click({ button: 'right' });
    const who = ana.getByRole('dialog');
    await expect(who.getByRole('listitem')).toHaveText([/You/, /Ben/]);
    await who.getByRole('button', { name: 'Close' }).click();
    await ana.getByRole('button', { name: '👍, 2 with yours' }).click();
    await expect(ben.getByRole('button', { name: '👍, yours' })).toBeVisible(ARRIVES);
  });

  await test.step('any emoji is found by its name', async () => {
    await chooseInMenu(ana, message(ana, 'Hello Ana'), 'React');
    const picker = ana.getByRole('dialog', { name: 'Choose an emoji' });
    await picker.getByRole('searchbox', { name: 'Find by name' }).fill('sailboat');
    await picker.getByRole('button', { name: 'sailboat' }).click();
    await expect(picker).toBeHidden();
    await expect(ben.getByRole('button', { name: '⛵, 1' })).toBeVisible(ARRIVES);
  });
});

test('who wants to is seen typing and reading @full', async ({ page, browser, baseURL }) => {
  const pair = await meet(page, browser, baseURL);
  const { ana, ben } = pair;
  await befriend(pair);
  const typing = ben.getByText('Ana is typing…');

  await test.step('by default nobody is', async () => {
    await composer(ana).pressSequentially('unseen');
    await say(ana, 'before');
    await expect(message(ben, 'before')).toHaveCount(1, ARRIVES);
    await expect(typing).toHaveCount(0);
    await expect(message(ana, 'before')).not.toHaveAccessibleName(/Read/);
  });

  await test.step('both turn it on', async () => {
    for (const [person, other] of [
      [ana, 'Ben'],
      [ben, 'Ana']
    ] as const) {
      await openSettings(person, 'Privacy');
      for (const name of ['Read Receipts', 'Typing Indicators']) {
        await person.getByRole('switch', { name }).click();
        await setItSo(person);
        await expect(person.getByRole('switch', { name })).toBeChecked();
      }
      await person.goto('/chats');
      await openConversation(person, other);
    }
  });

  await composer(ana).pressSequentially('seen');
  await expect(typing.last()).toBeVisible(ARRIVES);
  await say(ana, 'after');
  await expect(message(ben, 'after')).toHaveCount(1, ARRIVES);
  await expect(typing).toHaveCount(0);
  await expect(message(ana, 'after')).toHaveAccessibleName(/Read/, ARRIVES);
});

test('a message is deleted here, on all devices, and for everyone @full', async ({
  page,
  browser,
  baseURL
}) => {
  const pair = await meet(page, browser, baseURL);
  const { ana, ben } = pair;
  await befriend(pair);
  for (const text of ['for here', 'for my devices', 'for everyone']) {
    await say(ana, text);
    await expectSent(ana, text);
  }
  await expect(message(ben, 'for everyone')).toHaveCount(1, ARRIVES);

  const remove = async (text: string, choice: string) => {
    await message(ana, text).focus();
    await ana.keyboard.press('Delete');
    const dialog = ana.getByRole('dialog');
    await dialog.getByRole('radio', { name: choice }).check();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(message(ana, text)).toHaveCount(0);
  };
  await remove('for here', 'Delete on this device only');
  await remove('for my devices', 'Delete on all my devices');
  await remove('for everyone', 'Delete for everyone');
  await expect(ana.getByRole('article', { name: /This message was deleted/ })).toHaveCount(1);
  await expect(ben.getByRole('article', { name: /This message was deleted/ })).toHaveCount(1, ARRIVES);
  await expect(message(ben, 'for everyone')).toHaveCount(0);
  await expect(message(ben, 'for here')).toHaveCount(1);
  await expect(message(ben, 'for my devices')).toHaveCount(1);

  await test.step('what they wrote can be deleted for oneself alone', async () => {
    await message(ana, 'Hello Ana').focus();
    await ana.keyboard.press('Delete');
    await expect(ana.getByRole('radio')).toHaveCount(2);
    await ana.keyboard.press('Escape');
  });
});

test('several messages are chosen, forwarded and deleted @full', async ({
  page,
  browser,
  baseURL,
  stack
}) => {
  const pair = await meet(page, browser, baseURL);
  const { ana } = pair;
  await befriend(pair);
  await startConversation(ana, pair.anaId);
  await startConversation(ana, String(stack.localnet.echoAccountId));
  for (const text of ['first line', 'second line']) await say(ana, text);
  await chooseInMenu(ana, message(ana, 'first line').first(), 'Select');
  await message(ana, 'second line').first().click();
  await expect(ana.getByText('2 messages chosen')).toBeVisible();
  await ana.getByRole('button', { name: 'Forward' }).click();
  const dialog = ana.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'Note to Self' }).check();
  await dialog.getByRole('button', { name: 'Forward' }).click();
  await expect(ana.getByText('Forwarded.')).toBeVisible();
  await openConversation(ana, 'Note to Self');
  await expect(message(ana, 'first line')).toHaveCount(1);
  await expect(message(ana, 'second line')).toHaveCount(1);
});

test('an address is shown in full before anybody follows it @full', async ({ page, context }) => {
  const asked: string[] = [];
  await context.route(/example\.org/, (route) => {
    asked.push(route.request().url());
    return route.fulfill({ body: 'a page' });
  });
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'see http://pаypal.example.org/x and **so** on');
  const link = message(page, 'see').getByRole('link');
  await link.hover();
  await link.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('http://xn--pypal-4ve.example.org/x');
  await expect(dialog).toContainText('mixes letters of several scripts');
  await expect(dialog).toContainText('not encrypted');
  expect(asked).toEqual([]);
  const popup = context.waitForEvent('page');
  await dialog.getByRole('link', { name: 'Open link' }).click();
  expect(await (await popup).evaluate(() => window.opener)).toBeNull();
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await expect(message(page, 'see').locator('strong')).toHaveText('so');
});

test('emoji are completed while a name is typed, and never in an address @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await composer(page).pressSequentially('well :tada');
  await expect(page.getByRole('option').first()).toContainText('party popper');
  await page.keyboard.press('Enter');
  await expect(composer(page)).toHaveValue('well 🎉 ');
  await composer(page).pressSequentially(':heart:');
  await expect(composer(page)).toHaveValue('well 🎉 ❤️');
  await composer(page).fill('');
  await composer(page).pressSequentially('https://example.org/:tada');
  await expect(page.getByRole('option')).toHaveCount(0);
});

test('Note to Self can forget what is written in it @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'before');
  await page.getByRole('main').getByRole('button', { name: 'More' }).last().click();
  await page.getByRole('menuitem', { name: 'Disappearing Messages' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('radio', { name: 'Disappear After Read' })).toHaveCount(0);
  await dialog.getByRole('radio', { name: 'Disappear After Send' }).check();
  await dialog.getByRole('radio', { name: '1 week' }).check();
  await dialog.getByRole('button', { name: 'Set' }).click();
  await expect(page.getByRole('button', { name: 'Your messages disappear: 1 week' })).toBeVisible();
  await expect(page.getByText('Your messages disappear 1 week after they are sent.')).toBeVisible();
});
