// One account in two browsers: the second is taken in after two people compared pictures, reads what comes, and is taken out.
import { expect, test } from './fixtures.ts';
import { createStranger } from './hostile-people.ts';
import { agree, askToLink, removeOther, secondBrowser } from './linking.ts';
import {
  acceptRequest,
  CONNECT_TIMEOUT_MS,
  createAccount,
  goHome,
  openSettings,
  ownAccountId,
  recoveryWords,
  say,
  startConversation
} from './people.ts';
import { dress } from './dress.ts';

const TIMEOUT_MS = CONNECT_TIMEOUT_MS * 2;

test('a second browser is linked by comparing pictures, reads along, is removed, and reads nothing new @full', async ({
  page,
  browser,
  baseURL,
  stack
}) => {
  test.setTimeout(300_000);
  await dress(page, { theme: 'light' });
  await createAccount(page, 'Ana Lind');
  const anaId = await ownAccountId(page);
  const words = (await recoveryWords(page)).join(' ');
  await openSettings(page, 'Devices');
  await expect(page.getByText('This device', { exact: true })).toBeVisible({ timeout: TIMEOUT_MS });
  await page.goto('/chats');

  const laptop = await secondBrowser(browser, baseURL as string, words);
  // What it cannot read, and what to do, stands above the list.
  await expect(laptop.getByRole('heading', { name: 'This browser is not linked yet' })).toBeVisible({
    timeout: TIMEOUT_MS
  });
  const [there, here] = await askToLink(page, laptop);
  expect(there).toHaveLength(7);
  expect(there).toEqual(here);
  await agree(page, laptop);

  // Somebody with keys of their own writes: both read it.
  const ben = await (await browser.newContext({ baseURL: baseURL as string })).newPage();
  await createAccount(ben, 'Ben');
  await openSettings(ben, 'Devices');
  await expect(ben.getByText('This device', { exact: true })).toBeVisible({ timeout: TIMEOUT_MS });
  const announced = (id: string) => stack.localnet.stored(id, -41).length;
  const benId = await ownAccountId(ben);
  await expect.poll(() => [announced(anaId), announced(benId)], { timeout: TIMEOUT_MS }).toEqual([1, 1]);
  await goHome(ben);
  await startConversation(ben, anaId);
  await say(ben, 'Before the removal');
  await page.goto('/chats');
  await laptop.goto('/chats');
  await acceptRequest(page, 'Ben');
  await expect(page.getByText('Before the removal').first()).toBeVisible({ timeout: TIMEOUT_MS });
  await laptop.goto('/chats');
  const row = laptop.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /Ben/ });
  await row.click({ timeout: TIMEOUT_MS });
  await expect(laptop.getByText('Before the removal').first()).toBeVisible({ timeout: TIMEOUT_MS });

  await openSettings(page, 'Devices');
  await removeOther(page);
  await openSettings(laptop, 'Devices');
  await expect(laptop.getByRole('heading', { name: 'This device was removed' })).toBeVisible({
    timeout: TIMEOUT_MS
  });

  // Ben may not have looked for keys anew; the removed device has none any more.
  await ben.reload();
  await say(ben, 'After the removal');
  await page.goto('/chats');
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /Ben/ }).click();
  await expect(page.getByText('After the removal').first()).toBeVisible({ timeout: TIMEOUT_MS });
  const hybrid = stack.localnet.stored(anaId, 0).filter(({ data }) => data[0] === 0 && data[1] === 2);
  expect(hybrid.length).toBeGreaterThanOrEqual(2);
  // What comes after it, in the classic way, shows that the removed one has looked.
  const carl = await createStranger(stack.localnet, 'Carl');
  await carl.write(anaId, 'A classic letter');
  await laptop.goto('/requests');
  await expect(laptop.getByText('A classic letter').first()).toBeVisible({ timeout: TIMEOUT_MS });
  await laptop.goto('/chats');
  await row.click();
  await expect(laptop.getByText('Before the removal').first()).toBeVisible();
  await expect(laptop.getByText('After the removal')).toHaveCount(0);
});
