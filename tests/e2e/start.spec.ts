// Starting a conversation: what the Account ID field understands and refuses, and what is given to a friend.
import { expect, test } from './fixtures.ts';
import { createAccount, goHome, ownAccountId } from './people.ts';

const REST = 'c8abf3047e6619b35ad08c7f41e29b60d3aa5817fc2e904dc63b7715a89f04d1';

test.describe('a new message', () => {
  test('says what is wrong with an Account ID while it is typed', async ({ page }) => {
    await createAccount(page, 'Ana');
    await page.goto('/new');
    const field = page.getByRole('textbox', { name: 'Account ID' });
    const start = page.getByRole('button', { name: 'Start conversation' });
    await expect(field).toBeFocused();
    const answers: [string, string][] = [
      ['05d1c8ab f2', 'An Account ID has 66 characters. This has 10.'],
      [`05${REST}0`, 'This has 67.'],
      [`05${REST.slice(0, 40)}zz`, 'only digits and the letters a to f'],
      ['ana & ben', 'neither an Account ID nor a name'],
      [`03${REST}`, 'This is the ID of a group.'],
      [`15${REST}`, 'This is a blinded ID from a community.'],
      [`25${REST}`, 'This is a blinded ID from a community.'],
      [`07${REST}`, 'An Account ID starts with 05.'],
      ['https://chat.example/#/c/05', 'This link holds no Account ID.']
    ];
    for (const [typed, answer] of answers) {
      await field.fill(typed);
      await expect(page.getByText(answer)).toBeVisible();
      await start.click();
      await expect(page).toHaveURL(/\/new$/);
    }
    await field.fill('');
    await start.click();
    await expect(page.getByText('Type or paste an Account ID first.')).toBeVisible();
  });

  test('finds a name of the name service, and makes nothing before it was compared', async ({
    page,
    stack
  }) => {
    await createAccount(page, 'Ana');
    await page.goto('/new');
    const field = page.getByRole('textbox', { name: 'Account ID' });
    const start = page.getByRole('button', { name: 'Start conversation' });
    await field.fill('nobody-has-this');
    await start.click();
    await expect(page.getByText('Nobody has registered this name.')).toBeVisible();
    await field.fill('Echo');
    await expect(page.getByText('Three service nodes are asked for a hash of it')).toBeVisible();
    await field.press('Enter');
    const id = page.getByRole('group', { name: 'Account ID of echo' });
    await expect(id).toBeVisible();
    expect((await id.innerText()).replace(/\s/g, '')).toBe(stack.localnet.echoAccountId);
    await expect(page.getByRole('heading', { name: 'leads to this account' })).toBeFocused();
    await page.getByRole('button', { name: 'Back' }).last().click();
    await expect(field).toHaveValue('Echo');
    await start.click();
    await expect(id).toBeVisible();
    await start.click();
    await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
    expect(page.url()).not.toContain('echo');
  });

  test('does not correct somebody in the middle of typing @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await page.goto('/new');
    const field = page.getByRole('textbox', { name: 'Account ID' });
    await field.pressSequentially('05c8ab');
    await expect(page.getByText('6 of 66 characters')).toBeVisible();
    await expect(page.getByText('This has 6.')).toBeVisible();
    await field.press('1');
    await expect(page.getByText('7 of 66 characters')).toBeVisible();
  });

  test('opens Note to Self for the own ID, and a chat for a pasted link @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    const own = await ownAccountId(page);
    await page.goto('/new');
    const field = page.getByRole('textbox', { name: 'Account ID' });
    await field.fill(
      own
        .match(/.{1,4}/g)!
        .join(' ')
        .toUpperCase()
    );
    await expect(page.getByText('It opens Note to Self.')).toBeVisible();
    await page.getByRole('button', { name: 'Start conversation' }).click();
    await expect(page.getByRole('heading', { name: 'Note to Self' })).toBeVisible();

    await page.goto('/new');
    await field.fill(`https://elsewhere.example/#/c/05${REST}`);
    await expect(page.getByText('This invite link holds an Account ID.')).toBeVisible();
    await field.press('Enter');
    await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
    expect(page.url()).not.toContain(REST);
  });

  test('reads an Account ID from a QR picture @full', async ({ page, browser, baseURL }) => {
    const context = await browser.newContext({ baseURL: baseURL as string });
    const ben = await context.newPage();
    await createAccount(ben, 'Ben');
    const benId = await ownAccountId(ben);
    await ben.goto('/new/invite');
    const code = await ben.getByRole('img', { name: 'QR code' }).screenshot();
    await context.close();

    await createAccount(page, 'Ana');
    await page.goto('/new');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'ben.png', mimeType: 'image/png', buffer: code });
    await expect(page.getByRole('textbox', { name: 'Account ID' })).toHaveValue(benId);
    await page.getByRole('button', { name: 'Start conversation' }).click();
    await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
  });
});

test('inviting a friend gives ID, QR code and link, and says what was copied @full', async ({
  page,
  context,
  baseURL
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await createAccount(page, 'Ana');
  const own = await ownAccountId(page);
  await goHome(page);
  await page.goto('/new');
  await page.getByRole('link', { name: 'Invite a friend' }).click();
  await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
  await expect(page.getByText('may keep it in its history')).toBeVisible();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByText('Your Account ID was copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(own);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('The invite link was copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${baseURL}/#/c/${own}`);
});
