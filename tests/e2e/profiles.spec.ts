// Several accounts in one browser, and taking one of them away: nothing of one shows in another, and nothing of a cleared one
// is left.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  expectSent,
  goHome,
  openSettings,
  ownAccountId,
  recoveryWords,
  say,
  showList,
  startConversation
} from './people.ts';

/** Adds an account to a browser that has one. */
async function addAccount(page: Page, name: string): Promise<void> {
  await page.goto('/settings/profiles');
  await page.getByRole('textbox', { name: 'Display name' }).fill(name);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/chats');
  await expect(page.getByRole('heading', { name: 'Account created' })).toBeVisible();
}

async function switchTo(page: Page, name: string): Promise<void> {
  await page.goto('/settings/profiles');
  await page.getByRole('button', { name: `Switch to ${name}` }).click();
  await page.waitForURL('**/chats');
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
}

/** Everything this origin keeps, by its own means: databases, files, local and session storage, cached answers. */
function leftovers(page: Page): Promise<{
  databases: string[];
  files: string[];
  local: string[];
  session: string[];
  profiles: number;
  keys: number;
}> {
  return page.evaluate(async () => {
    const walk = async (directory: FileSystemDirectoryHandle, path: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const [name, handle] of (
        directory as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }
      ).entries()) {
        if (handle.kind === 'file') found.push(`${path}${name}`);
        else {
          found.push(`${path}${name}/`);
          found.push(...(await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`)));
        }
      }
      return found;
    };
    const count = (store: string) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('onionskin');
        opening.onerror = () => reject(opening.error as DOMException);
        opening.onsuccess = () => {
          const asked = opening.result.transaction(store).objectStore(store).count();
          asked.onsuccess = () => {
            opening.result.close();
            resolve(asked.result);
          };
        };
      });
    const databases = (await indexedDB.databases()).map(({ name }) => name ?? '').sort();
    return {
      databases,
      files: await walk(await navigator.storage.getDirectory(), ''),
      local: Object.keys(localStorage).sort(),
      session: Object.keys(sessionStorage).sort(),
      profiles: databases.includes('onionskin') ? await count('profiles') : 0,
      keys: databases.includes('onionskin') ? await count('keys') : 0
    };
  });
}

test.describe('several accounts in one browser', () => {
  test('show nothing of each other: chats, drafts, ids and addresses', async ({ page }) => {
    await createAccount(page, 'Ana');
    const anaId = await ownAccountId(page);
    await startConversation(page, anaId);
    await say(page, 'a note of Ana');
    await expectSent(page, 'a note of Ana');
    const box = page.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('a draft of Ana');
    const anaChat = new URL(page.url()).pathname;
    // What was typed is kept once its row says so: an address typed into the browser ends the page at once.
    await showList(page);
    const chats = page.getByRole('navigation', { name: 'Conversations' });
    await expect(chats.getByRole('link', { name: /Draft/ })).toHaveCount(1);

    await addAccount(page, 'Ben');
    await expect(page.getByText('No conversations yet')).toBeVisible();
    expect(await page.content()).not.toContain('of Ana');
    const benId = await ownAccountId(page);
    expect(benId).not.toBe(anaId);

    // The address of Ana's chat says whose it is, and nothing of what is in it.
    await page.goto(anaChat);
    await expect(page.getByRole('heading', { name: 'This chat belongs to another profile' })).toBeVisible();
    await expect(page.getByText('It is one of Ana’s.')).toBeVisible();
    expect(await page.content()).not.toContain('a note of Ana');
    await page.getByRole('button', { name: 'Switch' }).click();
    await expect(page.getByRole('log', { name: 'Messages' })).toContainText('a note of Ana');
    await expect(box).toHaveValue('a draft of Ana');
    expect(await ownAccountId(page)).toBe(anaId);
  });

  test('are reached by the own picture and by the keyboard @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await addAccount(page, 'Ben');
    const own = page.getByRole('button', { name: 'Your account' });
    if (await own.isVisible()) {
      await own.click();
      await page.getByRole('menuitemradio', { name: 'Ana' }).click();
    } else {
      // Where there is no rail, the own picture leads to the settings.
      await openSettings(page, 'Profile');
      await page.getByRole('link', { name: 'Show accounts' }).click();
      await page.getByRole('button', { name: 'Switch to Ana' }).click();
    }
    await expect(
      page.getByRole('heading', { name: 'Welcome, Ana' }).or(page.getByText('Welcome, Ana'))
    ).toBeVisible();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('switch ben');
    await expect(page.getByRole('option', { name: 'Switch to Ben' })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByText('Welcome, Ben')).toBeVisible();
  });

  test('are open in two tabs at once, and write to each other; a reload keeps each in its tab @full', async ({
    page,
    context
  }) => {
    await createAccount(page, 'Ana');
    const anaId = await ownAccountId(page);
    await addAccount(page, 'Ben');
    const [other] = await Promise.all([
      context.waitForEvent('page'),
      page
        .goto('/settings/profiles')
        .then(() => page.getByRole('button', { name: 'Open Ana in a new tab' }).click())
    ]);
    await expect(other.getByText('Welcome, Ana')).toBeVisible();
    await goHome(page);
    await startConversation(page, anaId);
    await say(page, 'from Ben in the other tab');
    await expectSent(page, 'from Ben in the other tab');
    await expect(other.getByRole('link', { name: 'Message Requests' })).toBeVisible({ timeout: 15_000 });
    await Promise.all([page.reload(), other.reload()]);
    await expect(other.getByRole('link', { name: 'Message Requests' })).toBeVisible();
    await expect(page.getByRole('log', { name: 'Messages' })).toContainText('from Ben in the other tab');
    // The list says what waits for Ana.
    await page.goto('/settings/profiles');
    await expect(page.getByRole('listitem').filter({ hasText: 'Ana' })).toContainText('1 message request');
  });

  test('never hold one account twice @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    const words = await recoveryWords(page);
    await page.goto('/settings/profiles');
    await page.getByRole('link', { name: 'I have an account' }).click();
    await page.getByRole('textbox', { name: 'Recovery Password' }).fill(words.join(' '));
    await page.getByRole('button', { name: 'Restore account' }).click();
    await expect(page.getByText('This account is in this browser already.')).toBeVisible();
    await page.getByRole('button', { name: 'Open it' }).click();
    await expect(page.getByText('Welcome, Ana')).toBeVisible();
    await page.goto('/settings/profiles');
    await expect(
      page.getByRole('list', { name: 'Profiles in this browser' }).getByRole('listitem')
    ).toHaveCount(1);
  });

  test('take in an account by its words beside the one that is there @full', async ({
    page,
    browser,
    baseURL
  }) => {
    await createAccount(page, 'Ana');
    const words = await recoveryWords(page);
    const anaId = await ownAccountId(page);
    const context = await browser.newContext({ baseURL: baseURL as string });
    const laptop = await context.newPage();
    await createAccount(laptop, 'Ben');
    await laptop.goto('/settings/profiles');
    await laptop.getByRole('link', { name: 'I have an account' }).click();
    await laptop.getByRole('textbox', { name: 'Recovery Password' }).fill(words.join(' '));
    await laptop.getByRole('button', { name: 'Restore account' }).click();
    await laptop.waitForURL('**/chats', { timeout: 40_000 });
    expect(await ownAccountId(laptop)).toBe(anaId);
    await switchTo(laptop, 'Ben');
    expect(await ownAccountId(laptop)).not.toBe(anaId);
    await context.close();
  });
});

test.describe('clearing an account', () => {
  test('from this device leaves nothing of it, and ends on the welcome screen', async ({ page }) => {
    await createAccount(page, 'Ana');
    const anaId = await ownAccountId(page);
    await startConversation(page, anaId);
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x'.repeat(300_000)) });
    await say(page, 'with a file');
    await expectSent(page, 'with a file');
    // The control: all the places hold something before.
    const before = await leftovers(page);
    expect(before.databases).toHaveLength(2);
    expect(before.files.some((name) => name.startsWith('vault/') && name.endsWith('.slots'))).toBe(true);
    expect(before.files.filter((name) => name.startsWith('media/')).length).toBeGreaterThan(1);
    expect(before).toMatchObject({ profiles: 1, keys: 1 });
    expect(before.local).toContain('onionskin.account');

    await openSettings(page, 'Clear data');
    await page.getByRole('button', { name: 'Clear device only' }).click();
    const dialog = page.getByRole('dialog', { name: 'Clear this device?' });
    await dialog.getByRole('button', { name: 'Clear device only' }).click();
    await expect(page.getByRole('button', { name: 'Create account' })).toBeVisible();
    await expect(page.getByText('The account was cleared from this browser.')).toBeVisible();
    const after = await leftovers(page);
    expect(after.databases).toEqual(['onionskin']);
    expect(after).toMatchObject({ profiles: 0, keys: 0 });
    expect(after.files.filter((name) => !name.endsWith('/'))).toEqual([]);
    expect(after.files.filter((name) => name.startsWith('media/') && name !== 'media/')).toEqual([]);
    expect(after.local.filter((key) => key !== 'onionskin.appearance' && key !== 'onionskin.layout')).toEqual(
      []
    );
    // What SvelteKit keeps there are places of scrolling.
    expect(after.session.filter((key) => !key.startsWith('sveltekit:'))).toEqual([]);
    await page.reload();
    await expect(page.getByRole('button', { name: 'Create account' })).toBeVisible();
  });

  test('takes its other tabs along, and leaves the next account open @full', async ({ page, context }) => {
    await createAccount(page, 'Ana');
    const second = await context.newPage();
    await second.goto('/chats');
    await expect(second.getByText('Welcome, Ana')).toBeVisible();
    await addAccount(page, 'Ben');
    await openSettings(second, 'Clear data');
    const third = await context.newPage();
    await third.goto('/');
    await switchTo(third, 'Ana');
    await second.getByRole('button', { name: 'Clear device only' }).click();
    await second.getByRole('dialog').getByRole('button', { name: 'Clear device only' }).click();
    for (const tab of [second, third])
      await expect(tab.getByText('Welcome, Ben')).toBeVisible({ timeout: 15_000 });
    const left = await leftovers(page);
    expect(left.databases).toHaveLength(2);
    expect(left.profiles).toBe(1);
    // Ben never noticed.
    await expect(page.getByText('Welcome, Ben')).toBeVisible();
  });

  test('from the network empties every node that held it, and asks for a word first @full', async ({
    page,
    stack
  }) => {
    await createAccount(page, 'Ana');
    const anaId = await ownAccountId(page);
    await startConversation(page, anaId);
    await say(page, 'a note on the network');
    await expectSent(page, 'a note on the network');
    const held = () => stack.localnet.stored(anaId).length;
    await expect.poll(held).toBeGreaterThan(0);

    await openSettings(page, 'Clear data');
    await page.getByRole('button', { name: 'Clear device and network' }).click();
    const dialog = page.getByRole('dialog', { name: 'Clear device and network?' });
    await dialog.getByRole('button', { name: 'Clear device and network' }).click();
    await expect(dialog.getByText('Type the word Clear, or cancel.')).toBeVisible();
    await dialog.getByRole('textbox', { name: 'Type Clear to confirm' }).fill('clear');
    await dialog.getByRole('button', { name: 'Clear device and network' }).click();
    await expect(page.getByText(/All \d+ nodes that held it confirmed the deletion\./)).toBeVisible({
      timeout: 40_000
    });
    await expect(page.getByRole('button', { name: 'Create account' })).toBeVisible();
    expect(held()).toBe(0);
    expect((await leftovers(page)).databases).toEqual(['onionskin']);
  });

  test('that cannot reach the network says so, and clears nothing @full', async ({ page, stack }) => {
    await createAccount(page, 'Ana');
    const anaId = await ownAccountId(page);
    await openSettings(page, 'Clear data');
    await page.getByRole('button', { name: 'Clear device and network' }).click();
    await page.route(`${stack.origin}/gateway/**`, (route) => route.abort());
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Type Clear to confirm' }).fill('Clear');
    await dialog.getByRole('button', { name: 'Clear device and network' }).click();
    await expect(page.getByRole('dialog', { name: 'No node could be reached' })).toBeVisible({
      timeout: 60_000
    });
    await page.unroute(`${stack.origin}/gateway/**`);
    await page.getByRole('button', { name: 'Keep the account' }).click();
    expect(await ownAccountId(page)).toBe(anaId);
  });
});
