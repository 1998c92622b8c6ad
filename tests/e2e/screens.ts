// Every screen there is, one after the other, each in the states worth looking at: for checks that hold everywhere.
import { expect, type Locator, type Page } from '@playwright/test';
import {
  createAccount,
  DELIVERY_TIMEOUT_MS,
  expectSent,
  goHome,
  message,
  ownAccountId,
  say
} from './people.ts';
import { createStranger } from './hostile-people.ts';
import type { Look } from './look.ts';
import type { Localnet } from '../../localnet/index.ts';
import { tourDevices } from './tour-devices.ts';
import { tourExposure } from './tour-exposure.ts';
import { tourFiles } from './tour-files.ts';
import { tourLock } from './tour-lock.ts';
import { tourPeople, tourStorage } from './tour-people.ts';
import { tourProfiles } from './tour-profiles.ts';

export interface TourOptions {
  readonly page: Page;
  readonly echoAccountId: string;
  readonly look: Look;
  /** Where strangers come from. */
  readonly localnet: Localnet;
}

/** As from another site: the app starts at the link. */
async function followInvite(page: Page, accountId: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`/#/c/${accountId}`);
}

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });

/** The welcome screen and the way back to an account, before there is one. */
export async function tourStart({ page, echoAccountId, look }: TourOptions): Promise<void> {
  await page.goto('/');
  const name = page.getByRole('textbox', { name: 'Display name' });
  await expect(name).toBeVisible();
  await look('welcome');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await look('welcome without a name');
  for (const opener of await page.getByRole('contentinfo').getByRole('button').all()) {
    const label = await opener.innerText();
    await opener.click();
    await look(`welcome, "${label}" open`);
    await page.keyboard.press('Escape');
  }
  await followInvite(page, echoAccountId);
  await expect(page.getByText('invited', { exact: false }).first()).toBeVisible();
  await look('welcome with an invite');

  await page.goto('/restore');
  const phrase = page.getByRole('textbox', { name: 'Recovery Password' });
  await expect(phrase).toBeVisible();
  await look('restore');
  await phrase.fill('abbey abbey xylophone able');
  await page.getByRole('button', { name: 'Restore account' }).click();
  await expect(phrase).toHaveAttribute('aria-invalid', 'true');
  await look('restore with a wrong word');
}

/** Creates an account and looks at the app while it is empty. */
export async function tourEmpty({ page, echoAccountId, look }: TourOptions): Promise<void> {
  await createAccount(page, 'Ana');
  await expect(page.getByText('Account created')).toBeVisible();
  await look('no conversations');
  const mark = page.getByRole('button', { name: 'Local network' }).first();
  await mark.click();
  await look('local network explained');
  await page.keyboard.press('Escape');

  await page.goto('/new');
  const field = page.getByRole('textbox', { name: 'Account ID' });
  await expect(field).toBeVisible();
  await look('new message');
  await field.fill(`05${'0'.repeat(70)}`);
  await field.blur();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await look('new message with a wrong ID');
  await field.fill(echoAccountId);
  await look('new message with an ID');
  await page.getByRole('button', { name: 'Start conversation' }).click();
  await expect(composer(page)).toBeVisible();
  await look('conversation without messages');
}

/** Writes to Echo in the open conversation, and opens whatever can be opened there. */
export async function tourConversation({ page, look }: TourOptions): Promise<void> {
  await say(page, 'Good morning');
  await expectSent(page, 'Good morning');
  await expect(message(page, 'Good morning')).toHaveCount(2, { timeout: DELIVERY_TIMEOUT_MS * 4 });
  await look('conversation');

  const own = message(page, 'Good morning').first();
  const openMenu = async () => {
    await own.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: 'Info' })).toBeVisible();
  };
  await openMenu();
  await look('menu of a message');
  await page.getByRole('menuitem', { name: 'Info' }).click();
  await expect(page.getByRole('complementary').last()).toBeVisible();
  await look('details of a message');
  await page.keyboard.press('Escape');
  await openMenu();
  await page.getByRole('menuitem', { name: 'Copy' }).click();
  await look('a toast');
  await openMenu();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('dialog that deletes a message');
  await page.keyboard.press('Escape');

  await tourDeeds({ page, own, openMenu, look });
  await openConversationMenu(page);
  await look('menu of the conversation');
  await page.getByRole('menuitem', { name: 'Disappearing Messages' }).click();
  await page.getByRole('radio', { name: 'Disappear After Read' }).check();
  await look('dialog of disappearing messages');
  await page.keyboard.press('Escape');
  await openConversationMenu(page);
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('dialog that deletes the conversation');
  await page.keyboard.press('Escape');

  await composer(page).fill('x'.repeat(2_001));
  await expect(page.getByText('1 character too many.')).toBeVisible();
  await look('text that is too long');
  await composer(page).fill('a draft');
  await page.context().setOffline(true);
  await say(page, 'Nobody hears me');
  await expect(message(page, 'Nobody hears me')).toHaveAccessibleName(/Queued|Sending/);
  await look('conversation without a network');
  await page.context().setOffline(false);
}

/** What else a message offers, in the state that shows it. */
async function tourDeeds({
  page,
  own,
  openMenu,
  look
}: Pick<TourOptions, 'page' | 'look'> & { own: Locator; openMenu: () => Promise<void> }): Promise<void> {
  await openMenu();
  await page.getByRole('menuitem', { name: 'Reply' }).click();
  await say(page, 'see **this**: https://example.org/a');
  await openMenu();
  await page.getByRole('menuitem', { name: 'React' }).click();
  await expect(page.getByRole('button', { name: 'grinning face', exact: true })).toBeVisible();
  await look('emoji');
  await page.getByRole('button', { name: 'grinning face', exact: true }).click();
  const reaction = page.getByRole('button', { name: '😀, yours' });
  await expect(reaction).toBeVisible();
  await look('a reply and a reaction');
  await reaction.click({ button: 'right' });
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('who reacted');
  await page.keyboard.press('Escape');
  await page.getByRole('log').getByRole('link').first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('dialog of a link');
  await page.keyboard.press('Escape');
  await composer(page).pressSequentially(':tad');
  await expect(page.getByRole('option').first()).toBeVisible();
  await look('emoji for a name');
  await composer(page).fill('');
  await own.focus();
  await openMenu();
  await page.getByRole('menuitem', { name: 'Select' }).click();
  await look('choosing messages');
  await page.getByRole('button', { name: 'Forward' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('dialog that forwards');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'End choosing' }).click();
}

async function openConversationMenu(page: Page): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'More' }).first().click();
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toBeVisible();
}

/** The list with something in it, what invites and addresses lead to. */
export async function tourList({ page, echoAccountId, look }: TourOptions): Promise<void> {
  await page.goto('/chats');
  await expect(page.getByRole('navigation', { name: 'Conversations' }).getByRole('link')).toHaveCount(1);
  await look('conversations');
  const search = page
    .getByRole('searchbox', { name: 'Search' })
    .or(page.getByRole('textbox', { name: 'Search' }));
  await search.first().fill('nobody is called this');
  await expect(page.getByText('Nothing found')).toBeVisible();
  await look('search without a result');
  await page.goto('/new/invite');
  await expect(page.getByLabel('Your Account ID', { exact: true }).first()).toBeVisible();
  await look('invite');
  await followInvite(page, echoAccountId);
  await expect(page).toHaveURL(/\/new\/invited$/);
  // The address changes before the profile is open; until then there is no screen to look at.
  await expect(page.getByRole('heading', { name: 'Start a conversation?' })).toBeVisible();
  await look('invited');
  await page.goto('/c/nothing-here');
  await expect(page.getByText('This conversation is not on this device')).toBeVisible();
  await look('conversation that is not here');
}

/** The chat with Echo as a row of the list: its menus, its questions, its details; then search and quick switcher. */
export async function tourChats({ page, look }: TourOptions): Promise<void> {
  await page.goto('/chats');
  const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first();
  await expect(row).toBeVisible();
  const menuItem = async (name: string) => {
    await row.press('Shift+F10');
    await page.getByRole('menuitem', { name }).click();
  };
  await row.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Pin' })).toBeVisible();
  await look('menu of a chat');
  await page.keyboard.press('Escape');
  await menuItem('Mute');
  await expect(page.getByRole('menuitem', { name: 'Always' })).toBeVisible();
  await look('menu that mutes');
  await page.getByRole('menuitem', { name: 'Always' }).click();
  await menuItem('Pin');
  await expect(row).toHaveAccessibleName(/pinned, muted/);
  await look('a chat that is pinned and muted');
  for (const question of ['Nickname', 'Block', 'Delete']) {
    await menuItem(question);
    await expect(page.getByRole('dialog')).toBeVisible();
    await look(`dialog "${question}" of a chat`);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }

  await row.click();
  await expect(composer(page)).toBeVisible();
  await page.keyboard.press('Control+.');
  await page.getByRole('complementary').getByRole('button', { name: 'Show QR code' }).click();
  await look('details of a contact');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+f');
  const field = page.getByRole('searchbox', { name: 'Search' });
  await expect(page.getByText('In the chat with')).toBeVisible();
  await look('search within a chat');
  await field.fill('good');
  await expect(
    page.getByRole('region', { name: 'Found in messages' }).getByRole('link').first()
  ).toBeVisible();
  await look('messages found in a chat');
  await page.getByRole('button', { name: 'Look in all chats' }).click();
  await expect(
    page.getByRole('region', { name: 'Found in messages' }).getByRole('link').first()
  ).toBeVisible();
  await look('messages found');
  await field.fill('');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeVisible();
  await look('quick switcher');
  await page.keyboard.type('no such thing');
  await look('quick switcher without a match');
  await page.keyboard.press('Escape');
}

/** Somebody unknown writes, and is blocked. */
export async function tourRequests({ page, localnet, look }: TourOptions): Promise<void> {
  await page.goto('/requests');
  await expect(page.getByText('No requests', { exact: true })).toBeVisible();
  await look('no requests');
  await goHome(page);
  const ownId = await ownAccountId(page);
  const stranger = await createStranger(localnet, 'Wren Castellanos');
  await stranger.write(ownId, 'We met on the ferry');

  const link = page.getByRole('link', { name: 'Message Requests' });
  await expect(link).toBeVisible({ timeout: DELIVERY_TIMEOUT_MS * 4 });
  await look('chats with a request');
  await link.click();
  const row = page.getByRole('navigation', { name: 'Message Requests' }).getByRole('link');
  await expect(row).toBeVisible();
  await look('requests');
  await page.getByRole('button', { name: 'Clear All' }).click();
  await look('dialog that clears the requests');
  await page.keyboard.press('Escape');
  await row.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Accept' })).toBeVisible();
  await look('menu of a request');
  await page.getByRole('menuitem', { name: 'Block' }).click();
  await page.goto('/settings/privacy/blocked');
  await expect(page.getByRole('button', { name: 'Unblock' })).toBeVisible();
  await look('blocked contacts');
  await page.getByRole('button', { name: 'Unblock' }).click();
  await expect(page.getByText('Nobody is blocked')).toBeVisible();
  await look('nobody blocked');
}

/** Address, and what shows that the page stands. */
const SETTINGS: readonly [path: string, shown: (page: Page) => Locator][] = [
  ['', (page) => page.getByRole('navigation', { name: 'Sections' })],
  ['/profile', (page) => page.getByRole('textbox', { name: 'Display name' })],
  ['/privacy', (page) => page.getByRole('switch', { name: 'Read Receipts' })],
  ['/notifications', (page) => page.getByRole('switch', { name: 'Show notifications' })],
  ['/appearance', (page) => page.getByRole('group', { name: 'Theme' })],
  ['/backup', (page) => page.getByRole('button', { name: 'Save backup' })],
  ['/storage', (page) => page.getByRole('heading', { name: 'By chat' })],
  ['/path', (page) => page.getByRole('heading', { name: 'Path' }).first()],
  ['/appearance/keyboard', (page) => page.getByRole('button', { name: 'Reset all' })],
  ['/privacy/lock', (page) => page.getByRole('button', { name: 'Set a passphrase' })],
  ['/privacy/blocked', (page) => page.getByText('Nobody is blocked')],
  ['/transparency', (page) => page.getByRole('heading', { name: 'Transparency and code' }).first()],
  ['/profiles', (page) => page.getByRole('list', { name: 'Profiles in this browser' }).getByRole('listitem')],
  ['/clear-data', (page) => page.getByRole('button', { name: 'Clear device and network' })],
  ['/recovery-password', (page) => page.getByRole('button', { name: 'Show the words' })]
];

export async function tourSettings({ page, look }: TourOptions): Promise<void> {
  for (const [path, shown] of SETTINGS) {
    await page.goto(`/settings${path}`);
    await expect(shown(page)).toBeVisible();
    await look(`settings${path}`);
    if (path === '/clear-data') {
      await page.getByRole('button', { name: 'Clear device and network' }).click();
      await expect(page.getByRole('textbox', { name: 'Type Clear to confirm' })).toBeVisible();
      await look('dialog that clears device and network');
    }
    if (path === '/privacy') {
      await shown(page).click();
      await expect(page.getByRole('dialog', { name: 'Read Receipts on?' })).toBeVisible();
      await look('dialog of what a switch changes');
      await page.getByRole('button', { name: 'Leave it' }).click();
      await expect(shown(page)).not.toBeChecked();
    }
    if (path === '/transparency') {
      await page.evaluate(() => dispatchEvent(new Event('beforeinstallprompt', { cancelable: true })));
      await expect(page.getByText('Installed app', { exact: true })).toBeVisible();
      await look('settings of an app that can be installed');
    }
    if (path === '/notifications') {
      // Somebody who closes the browser's question.
      await page.evaluate(() => {
        Object.defineProperty(Notification, 'permission', { get: () => 'default' });
        Notification.requestPermission = () => Promise.resolve('default');
      });
      await shown(page).click();
      await expect(page.getByRole('main').getByRole('status').first()).toBeVisible();
      await look('notifications that were not allowed');
    }
  }
  await page.getByRole('button', { name: 'Show the words' }).click();
  await page.getByRole('button', { name: 'Show QR code' }).last().click();
  await expect(page.getByLabel('Your Recovery Password', { exact: true })).toBeVisible();
  await look('settings/recovery-password with the words');
}

/** The whole tour, in the order in which a newcomer meets the screens. */
export async function tour(options: TourOptions): Promise<void> {
  await tourStart(options);
  await tourEmpty(options);
  await tourConversation(options);
  await tourList(options);
  await tourChats(options);
  await tourRequests(options);
  await tourSettings(options);
  await tourExposure(options.page, options.look);
  await tourFiles(options.page, options.look);
  await tourStorage(options.page, options.look);
  await tourPeople(options.page, options.localnet, options.look);
  await tourDevices(options.page, options.look);
  await tourLock(options.page, options.look);
  await tourProfiles(options.page, options.look);
}
