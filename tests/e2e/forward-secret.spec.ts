// What two people see of forward-secret, post-quantum messages (v2-forward-secrecy-and-pq.md §14, §16), and what lies in the swarms.
import type { Page } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { expect, test } from './fixtures.ts';
import { createPeer, type Peer } from './peer.ts';
import {
  acceptRequest,
  CONNECT_TIMEOUT_MS,
  createAccount,
  expectSent,
  goHome,
  message,
  openConversation,
  ownAccountId,
  say,
  startConversation
} from './people.ts';

const LINE = 'Forward secret + post-quantum';
const TIMEOUT_MS = CONNECT_TIMEOUT_MS * 2;

/** The protection line of the open conversation. */
const lineOf = (page: Page) => page.getByRole('main').locator('header');

/** How each message that lies in an account's swarm begins. */
const formatsIn = (localnet: Localnet, accountId: string) =>
  localnet.stored(accountId, 0).map(({ data }) => (data[0] === 0 && data[1] === 2 ? '00 02' : 'classic'));

async function untilAnnounced(localnet: Localnet, accountIds: readonly string[]): Promise<void> {
  await expect
    .poll(() => accountIds.map((id) => localnet.stored(id, -41).length), { timeout: TIMEOUT_MS })
    .toEqual(accountIds.map(() => 1));
}

/** Waits until somebody who runs the engine alone has read a text. */
async function untilRead(peer: Peer, from: string, text: string): Promise<void> {
  await expect
    .poll(() => peer.page.texts(from as Parameters<typeof peer.page.texts>[0]), { timeout: TIMEOUT_MS })
    .toContain(text);
}

test.describe('forward-secret messages', { tag: '@full' }, () => {
  test('two new accounts have the post-quantum line from the first message on, in both directions', async ({
    page,
    browser,
    baseURL,
    stack
  }) => {
    test.setTimeout(180_000);
    const ben = await (await browser.newContext({ baseURL: baseURL as string })).newPage();
    await createAccount(page, 'Ana');
    await createAccount(ben, 'Ben');
    const anaId = await ownAccountId(page);
    const benId = await ownAccountId(ben);
    await untilAnnounced(stack.localnet, [anaId, benId]);

    await startConversation(page, benId);
    await say(page, 'The very first');
    await expectSent(page, 'The very first');
    await expect(lineOf(page)).toContainText(LINE);
    await goHome(ben);
    await acceptRequest(ben, 'Ana');
    await expect(message(ben, 'The very first')).toHaveCount(1, { timeout: TIMEOUT_MS });
    await expect(lineOf(ben)).toContainText(LINE);
    await say(ben, 'And its answer');
    await expect(message(page, 'And its answer')).toHaveCount(1, { timeout: TIMEOUT_MS });
    await expect(lineOf(page)).toContainText(LINE);

    await message(page, 'The very first').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Info' }).click();
    await expect(page.getByRole('complementary').getByText(LINE)).toBeVisible();
    // Every message and every copy of it, acceptances too.
    for (const id of [anaId, benId]) {
      expect(new Set(formatsIn(stack.localnet, id))).toEqual(new Set(['00 02']));
    }
    await ben.context().close();
  });

  test('somebody with the mode off never gets one, and reads all there is; who has it on gets them', async ({
    page,
    stack
  }) => {
    test.setTimeout(180_000);
    const cleo = await createPeer(stack, 'Cleo');
    await cleo.commands().changeSettings({ forwardSecrecy: false });
    const dora = await createPeer(stack, 'Dora');
    await createAccount(page, 'Ana');
    const anaId = await ownAccountId(page);
    const { accountId: cleoId } = cleo.page;
    const { accountId: doraId } = dora.page;
    await untilAnnounced(stack.localnet, [anaId, doraId]);

    for (const [peer, id] of [
      [cleo, cleoId],
      [dora, doraId]
    ] as const) {
      await goHome(page);
      await startConversation(page, id);
      await say(page, 'Hello from Ana');
      await untilRead(peer, anaId, 'Hello from Ana');
      const request = (await peer.page.conversations()).find(({ accountId }) => accountId === anaId);
      await peer.commands().acceptRequest(request?.id as string);
      const { messageId } = await peer.commands().send(request?.id as string, 'Hello Ana');
      expect(messageId).toBeTruthy();
      await expect(message(page, 'Hello Ana')).toHaveCount(1, { timeout: TIMEOUT_MS });
      // Typing is told, and what was said is reacted to and answered.
      await page.getByRole('textbox', { name: 'Message', exact: true }).pressSequentially('One more thing');
      await page.getByRole('button', { name: 'Send message' }).click();
      await untilRead(peer, anaId, 'One more thing');
      await message(page, 'Hello Ana').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitemcheckbox', { name: '👍' }).click();
      await expect
        .poll(
          async () =>
            (await peer.page.messages(anaId as typeof id)).some(({ reactions }) => reactions.length > 0),
          { timeout: TIMEOUT_MS }
        )
        .toBe(true);
    }

    const cleos = formatsIn(stack.localnet, cleoId);
    expect(cleos).not.toContain('00 02');
    expect(cleos.length).toBeGreaterThanOrEqual(3);
    expect(await cleo.page.messages(anaId as typeof cleoId)).toMatchObject([
      { text: 'Hello from Ana', protection: 'classic' },
      { text: 'Hello Ana', protection: 'classic' },
      { text: 'One more thing', protection: 'classic' }
    ]);
    expect(stack.localnet.stored(cleoId, -41)).toEqual([]);
    expect(formatsIn(stack.localnet, doraId)).toContain('00 02');
    expect(formatsIn(stack.localnet, doraId)).not.toContain('classic');

    await goHome(page);
    await openConversation(page, 'Cleo');
    await expect(lineOf(page)).toContainText('Classic');
    await goHome(page);
    await openConversation(page, 'Dora');
    await expect(lineOf(page)).toContainText(LINE);
    await cleo.close();
    await dora.close();
  });
});
