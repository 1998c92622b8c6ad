// Messages disappear before one's eyes, in real seconds: twelve of them, which the other side chose and our menu does not
// offer.
import type { Page } from '@playwright/test';
import { eventually } from '../support/engine-device.ts';
import { expect, test } from './fixtures.ts';
import { createPeer, type Peer } from './peer.ts';
import {
  createAccount,
  DELIVERY_TIMEOUT_MS,
  message,
  ownAccountId,
  say,
  startConversation
} from './people.ts';

const SECONDS = 12;
/** What one side did reaches the other: a poll, and the way there. */
const ARRIVES = { timeout: DELIVERY_TIMEOUT_MS * 3 };
/** Its end, and what a busy machine adds to it. */
const GOES = { timeout: (SECONDS + 8) * 1_000 };

let peer: Peer;
test.beforeEach(async ({ stack }) => {
  peer = await createPeer(stack, 'Pia');
});
test.afterEach(() => peer.close());

/** Ana with the conversation open; both have accepted each other. @returns the peer's id of it */
async function befriend(page: Page): Promise<string> {
  await createAccount(page, 'Ana');
  const anaId = await ownAccountId(page);
  await startConversation(page, peer.page.accountId);
  await say(page, 'Hello Pia');
  const { conversationId } = await peer.commands().openConversation(anaId);
  await eventually(
    'the first message',
    async () => (await peer.page.texts(peerOf(anaId))).includes('Hello Pia'),
    30_000
  );
  await peer.commands().send(conversationId, 'Hello Ana');
  await expect(message(page, 'Hello Ana')).toHaveCount(1, ARRIVES);
  return conversationId;
}

const peerOf = (accountId: string) => accountId as typeof peer.page.accountId;

const textsOfPeer = async (conversationId: string): Promise<string[]> => {
  const found = (await peer.page.conversations()).find(({ id }) => id === conversationId);
  return found ? peer.page.texts(found.accountId) : [];
};

for (const [mode, words, tag] of [
  ['after-send', 'sent', ' @full'],
  ['after-read', 'read', ' @full']
] as const) {
  test(`what is ${words} is gone twelve seconds later, on both sides${tag}`, async ({ page }) => {
    const conversationId = await befriend(page);
    await peer.commands().setTimer(conversationId, mode, SECONDS);
    const line = page.getByText(`Messages from Pia disappear ${SECONDS} seconds after they are ${words}.`);
    await expect(line).toBeVisible(ARRIVES);

    await peer.commands().send(conversationId, 'from Pia');
    await expect(message(page, 'from Pia')).toHaveCount(1, ARRIVES);
    // Ours stay, until we follow.
    await say(page, 'stays');
    await page.getByRole('button', { name: 'Follow Setting' }).click();
    await expect(
      page.getByText(`Your messages disappear ${SECONDS} seconds after they are ${words}.`)
    ).toBeVisible();
    await say(page, 'from Ana');
    await eventually(
      'the peer has it',
      async () => (await textsOfPeer(conversationId)).includes('from Ana'),
      30_000
    );
    await peer.commands().markRead(conversationId, Number.POSITIVE_INFINITY);

    await expect(message(page, 'from Pia')).toHaveCount(0, GOES);
    await expect(message(page, 'from Ana')).toHaveCount(0, GOES);
    await expect(message(page, 'stays')).toHaveCount(1);
    await eventually(
      'gone on the other side too',
      async () => !(await textsOfPeer(conversationId)).includes('from Ana'),
      GOES.timeout
    );
    // Nor is it there after a reload, or in the list.
    await page.reload();
    await expect(message(page, 'stays')).toHaveCount(1);
    await expect(page.getByText('from Pia')).toHaveCount(0);
    await expect(page.getByText('from Ana')).toHaveCount(0);
  });
}
