// What others bring about: a request that is open, an acceptance, an invitation, a preview, a deletion, many messages at
// once, somebody blocked.
import { expect, type Page } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { createStranger } from './hostile-people.ts';
import type { Look } from './look.ts';
import {
  CONNECT_TIMEOUT_MS,
  expectSent,
  goHome,
  message,
  openRequest,
  ownAccountId,
  say,
  startConversation
} from './people.ts';

const ARRIVES = { timeout: CONNECT_TIMEOUT_MS };
/** More than any of the sizes shows. */
const MANY = 40;

/** In an account that has been made. */
export async function tourPeople(page: Page, localnet: Localnet, look: Look): Promise<void> {
  await goHome(page);
  const ownId = await ownAccountId(page);
  const mara = await createStranger(localnet, 'Mara Okonkwo');
  await mara.write(ownId, 'We met on the ferry');
  await openRequest(page, 'Mara');
  const main = page.getByRole('main');
  await expect(main.getByRole('button', { name: 'Accept' })).toBeVisible();
  await look('a request');
  await main.getByRole('button', { name: 'Accept' }).click();
  await expect(page.getByText('You accepted Mara')).toBeVisible();

  const url = 'https://example.org/tide-tables';
  await mara.send(ownId, {
    dataMessage: { body: `The tides: ${url}`, preview: [{ url, title: 'Tide tables of the northern coast' }] }
  });
  await mara.send(ownId, {
    dataMessage: {
      communityInvitation: {
        url: `http://rooms.example.org/boats?public_key=${'cd'.repeat(32)}`,
        name: 'Boats'
      }
    }
  });
  const slipMs = await mara.send(ownId, { dataMessage: { body: 'a slip of the pen' } });
  await expect(message(page, 'a slip of the pen')).toHaveCount(1, ARRIVES);
  await mara.send(ownId, { unsendRequest: { timestamp: BigInt(slipMs), author: mara.accountId } });
  await mara.send(ownId, {
    dataMessage: {
      groupUpdateMessage: { promoteMessage: { groupIdentitySeed: new Uint8Array(32), name: 'Crew' } }
    }
  });
  await mara.send(ownId, { callMessage: { type: 6, uuid: '7b9ea7f2-0b57-4c5f-9b36-3ed4a3a2a111' } });
  await expect(page.getByRole('article', { name: /This message was deleted/ })).toHaveCount(1, ARRIVES);
  await expect(page.getByRole('article', { name: /Boats/ })).toHaveCount(1, ARRIVES);
  await look('a preview, an invitation, a deleted message and lines');

  const attachment = {
    id: 1n,
    contentType: 'application/pdf',
    key: new Uint8Array(64),
    digest: new Uint8Array(32),
    size: 40_000,
    fileName: 'chart.pdf',
    url: 'http://files.example.org/file/1'
  };
  await mara.send(ownId, { dataMessage: { body: 'The chart', attachments: [attachment] } });
  const chart = page.getByRole('article', { name: /chart\.pdf/ });
  await chart.getByRole('button', { name: /Click to download/ }).click(ARRIVES);
  await expect(page.getByRole('dialog', { name: /^Download what Mara/ })).toBeVisible();
  await look('dialog about files that load by themselves');
  await page.keyboard.press('Escape');

  await message(page, 'We met on the ferry').focus();
  await page.keyboard.press('r');
  await expect(page.getByText('Reply to Mara')).toBeVisible();
  await look('a reply that is being written');
  await page.keyboard.press('Escape');

  for (let index = 1; index <= MANY; index++) await mara.write(ownId, `Sighting number ${index}`);
  const latest = page.getByRole('button', { name: /latest/i });
  await expect(latest.or(message(page, `Sighting number ${MANY}`)).first()).toBeVisible(ARRIVES);
  // Whoever reads at the end stays there; a step up, and the way back is offered.
  if (!(await latest.isVisible())) {
    await page.getByRole('log', { name: 'Messages' }).hover();
    await page.mouse.wheel(0, -6_000);
  }
  await expect(latest).toBeVisible();
  await look('messages further up');

  await goHome(page);
  await page.keyboard.press('Control+/');
  await expect(page.getByRole('dialog')).toBeVisible();
  await look('keyboard shortcuts');
  await page.keyboard.press('Escape');
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /Mara/ }).click();
  await main.getByRole('button', { name: 'More' }).first().click();
  await page.getByRole('menuitem', { name: 'Block' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await expect(page.getByRole('button', { name: 'Unblock' })).toBeVisible();
  await look('somebody blocked');

  const silent = await createStranger(localnet, 'Nils');
  await startConversation(page, silent.accountId);
  await say(page, 'Do you remember the ferry?');
  await expectSent(page, 'Do you remember the ferry?');
  await look('a letter that waits to be accepted');
}

/** Where the room is taken: to be toured once there are files. */
export async function tourStorage(page: Page, look: Look): Promise<void> {
  await page.goto('/settings/storage');
  const note = page.getByRole('checkbox', { name: /^Note to Self/ });
  await expect(note).toBeVisible();
  await look('settings/storage');
  await page.getByRole('button', { name: /^Media of Note to Self/ }).click();
  await expect(page.getByRole('menuitemradio', { name: 'Keep media' })).toBeVisible();
  await look('menu of how long media stay');
  await page.keyboard.press('Escape');
  await note.check();
  const selection = page.getByRole('group', { name: 'Selection' });
  await expect(selection).toBeVisible();
  await look('settings/storage with a choice');
  await selection.getByRole('button', { name: /^Delete/ }).click();
  await expect(page.getByRole('dialog', { name: 'Delete media' })).toBeVisible();
  await look('dialog that clears media');
  await page.keyboard.press('Escape');
  await tourOldMedia(page, look);
}

/** More than a year later, as far as this page can tell: a rule takes what is older at once, and asks. */
async function tourOldMedia(page: Page, look: Look): Promise<void> {
  // The profile takes the clock of its page when it is opened.
  await page.addInitScript(() => {
    if (sessionStorage.getItem('much later') === null) return;
    const now = Date.now.bind(Date);
    Date.now = () => now() + 400 * 86_400_000;
  });
  await page.evaluate(() => sessionStorage.setItem('much later', ''));
  await page.goto('/settings/storage');
  await page.getByRole('button', { name: /^Media of Note to Self/ }).click();
  await page.getByRole('menuitemradio').nth(1).click();
  await expect(page.getByRole('dialog', { name: /^Delete older media of/ })).toBeVisible();
  await look('dialog of a rule that deletes at once');
  await page.keyboard.press('Escape');
  await page.evaluate(() => sessionStorage.removeItem('much later'));
  await page.goto('/settings/storage');
  await expect(page.getByRole('heading', { name: 'By chat' })).toBeVisible();
}
