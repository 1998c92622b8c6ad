// Names that assistive technology and automation find things by (ux.md §7). Each is looked for as a part of a longer name, in any
// case, and must lead to one thing alone on its screen.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { createStranger } from './hostile-people.ts';
import { createAccount, message, ownAccountId, say, showList, startConversation } from './people.ts';

type Role = Parameters<Page['getByRole']>[0];

/** Controls in which the name has to be the only one of its role; a link may stand for a button and the other way round. */
type Named = readonly [role: Role | 'link or button', name: string];

/** Which of them are not there exactly once. */
async function notOnce(page: Page, names: readonly Named[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const [role, name] of names) {
    const found =
      role === 'link or button'
        ? page.getByRole('link', { name }).or(page.getByRole('button', { name }))
        : page.getByRole(role, { name });
    const count = await found.count();
    if (count !== 1) wrong.push(`${role} "${name}": ${count}`);
  }
  return wrong;
}

const expectOnce = (page: Page, ...names: Named[]) =>
  expect.poll(() => notOnce(page, names), { timeout: 15_000 }).toEqual([]);

const SECTIONS = [
  'Profile',
  'Privacy',
  'Notifications',
  'Appearance',
  'Storage',
  'Devices',
  'Path',
  'Exposure',
  'Recovery Password',
  'Transparency and code',
  'Clear data'
] as const;

test('every control of the contract has its name alone on its screen @full', async ({ page, stack }) => {
  await page.goto('/');
  await expectOnce(
    page,
    ['textbox', 'Display name'],
    ['button', 'Create account'],
    ['button', 'I have an account']
  );
  await page.getByRole('button', { name: 'I have an account' }).click();
  await expectOnce(page, ['textbox', 'Recovery Password'], ['button', 'Restore account']);

  await createAccount(page, 'Ana');
  await expectOnce(
    page,
    ['navigation', 'Conversations'],
    ['link or button', 'New message'],
    ['link', 'Settings'],
    ['status', 'Connection']
  );
  const own = page.getByLabel('Your Account ID');
  await expect(own).toHaveCount(1);
  expect((await own.innerText()).replaceAll(/\s/g, '')).toMatch(/^05[0-9a-f]{64}$/);
  const anaId = await ownAccountId(page);

  await showList(page);
  await page
    .getByRole('link', { name: 'New message' })
    .or(page.getByRole('button', { name: 'New message' }))
    .click();
  await expectOnce(page, ['textbox', 'Account ID'], ['button', 'Start conversation']);

  await startConversation(page, String(stack.localnet.echoAccountId));
  await expectOnce(
    page,
    ['textbox', 'Message'],
    ['log', 'Messages'],
    ['button', 'Attach files'],
    ['button', 'Record voice message'],
    ['status', 'Connection']
  );
  await page.getByRole('textbox', { name: 'Message' }).fill('Good morning');
  await expectOnce(page, ['button', 'Send message']);
  await page.getByRole('textbox', { name: 'Message' }).fill('');
  await say(page, 'Good morning');
  await message(page, 'Good morning').first().focus();
  await page.keyboard.press('Enter');
  await expectOnce(
    page,
    ['menuitem', 'Reply'],
    ['menuitem', 'React'],
    ['menuitem', 'Copy'],
    ['menuitem', 'Info'],
    ['menuitem', 'Delete']
  );
  await page.keyboard.press('Escape');

  const stranger = await createStranger(stack.localnet, 'Wren');
  await stranger.write(anaId, 'We met on the ferry');
  await showList(page);
  await expectOnce(page, ['link', 'Message Requests'], ['link', 'Echo']);
  await page.getByRole('link', { name: 'Message Requests' }).click();
  await expectOnce(
    page,
    ['button', 'Accept'],
    ['button', 'Delete'],
    ['button', 'Block'],
    ['button', 'Clear All']
  );
  await page.getByRole('link', { name: 'Wren' }).click();
  await expect(page.getByText('We met on the ferry').last()).toBeVisible();
  const main = page.getByRole('main');
  for (const name of ['Accept', 'Delete', 'Block'])
    await expect(main.getByRole('button', { name })).toHaveCount(1);

  await page.goto('/settings');
  await expectOnce(page, ...SECTIONS.map((name) => ['link', name] as const));
  await page.getByRole('link', { name: 'Recovery Password' }).click();
  await page.getByRole('button', { name: 'Show the words' }).click();
  const words = page.getByLabel('Your Recovery Password');
  await expect(words).toHaveCount(1);
  expect((await words.innerText()).trim().split(/\s+/)).toHaveLength(13);

  // The control: a second one of a name is seen.
  await page.getByRole('main').evaluate((place) => {
    const link = document.createElement('a');
    link.href = '#';
    link.textContent = 'My exposure elsewhere';
    place.append(link, link.cloneNode(true));
  });
  expect(await notOnce(page, [['link', 'Exposure']])).not.toEqual([]);
});
