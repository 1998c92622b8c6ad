// The browser wakes the service worker while no tab of the app is open (design.md §7): messages come and leave, and the
// Notifications page says so.
import type { BrowserContext, CDPSession, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  createPerson,
  expectSent,
  message,
  openRequest,
  ownAccountId,
  say,
  startConversation,
  type Person
} from './people.ts';

/** What DevTools tell of the registered workers, from a page of no site. */
async function devTools(context: BrowserContext): Promise<{
  session: CDPSession;
  registrationOf: (origin: string) => string | undefined;
}> {
  const session = await context.newCDPSession(await context.newPage());
  const registrations = new Map<string, string>();
  session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: updated }) => {
    for (const { registrationId, scopeURL } of updated) registrations.set(scopeURL, registrationId);
  });
  await session.send('ServiceWorker.enable');
  return { session, registrationOf: (origin) => registrations.get(`${origin}/`) };
}

const controlled = (page: Page) =>
  expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

test.describe('with no tab open', { tag: ['@full', '@once'] }, () => {
  const people: Person[] = [];
  test.afterEach(async () => {
    for (const person of people.splice(0)) await person.forget();
  });

  test.beforeEach(async ({ baseURL }) => {
    for (const name of ['Ana', 'Ben']) people.push(await createPerson(name, { baseUrl: baseURL as string }));
    const [ana, ben] = people as [Person, Person];
    await Promise.all([createAccount(ana.page, 'Ana'), createAccount(ben.page, 'Ben')]);
    await startConversation(ana.page, await ownAccountId(ben.page));
    await say(ana.page, 'hello Ben');
    await expectSent(ana.page, 'hello Ben');
    await openRequest(ben.page, 'Ana');
    await controlled(ana.page);
    await controlled(ben.page);
  });

  test('a periodic wake-up brings the message and notifies it', async ({ baseURL }) => {
    const origin = baseURL as string;
    const [ana, ben] = people as [Person, Person];
    await ben.page.getByRole('button', { name: 'Accept' }).click();
    await say(ben.page, 'hello Ana');
    await expectSent(ben.page, 'hello Ana');
    await expect(message(ana.page, 'hello Ana')).toHaveCount(1);
    await ana.context.grantPermissions(['notifications'], { origin });
    await ana.page.goto('/settings/notifications');
    await ana.page.getByRole('switch', { name: 'Show notifications' }).click();
    await expect(ana.page.getByRole('switch', { name: 'Show notifications' })).toBeChecked();
    await expect(ana.page.getByText('None yet.')).toBeVisible();

    // Closed first, so that no tab takes the message.
    const { session, registrationOf } = await devTools(ana.context);
    await expect.poll(() => registrationOf(origin)).toBeTruthy();
    await ana.page.close();
    await say(ben.page, 'while you were away');
    await expectSent(ben.page, 'while you were away');
    await session.send('ServiceWorker.dispatchPeriodicSyncEvent', {
      origin,
      registrationId: registrationOf(origin) as string,
      tag: 'poll'
    });

    const looking = await ana.context.newPage();
    await looking.goto('/manifest.webmanifest');
    await expect
      .poll(
        () =>
          looking.evaluate(async () => {
            const registration = await navigator.serviceWorker.getRegistration();
            return ((await registration?.getNotifications()) ?? []).map(({ title, body }) => [title, body]);
          }),
        { timeout: 30_000 }
      )
      .toEqual([['Onionskin', 'New message']]);
    await looking.goto('/settings/notifications');
    await expect(looking.getByText('To look for messages: Looked for messages')).toBeVisible();
  });

  test('a wake-up for the outbox sends what waited', async ({ baseURL }) => {
    const origin = baseURL as string;
    const [ana, ben] = people as [Person, Person];
    await ana.context.setOffline(true);
    await say(ana.page, 'written offline');
    await expect(message(ana.page, 'written offline')).toHaveAccessibleName(/Queued/);
    const { session, registrationOf } = await devTools(ana.context);
    await expect.poll(() => registrationOf(origin)).toBeTruthy();
    await ana.page.close();
    await ana.context.setOffline(false);
    await session.send('ServiceWorker.dispatchSyncEvent', {
      origin,
      registrationId: registrationOf(origin) as string,
      tag: 'outbox',
      lastChance: false
    });
    await expect(message(ben.page, 'written offline')).toHaveCount(1, { timeout: 30_000 });
    const again = await ana.context.newPage();
    await again.goto('/settings/notifications');
    await expect(again.getByText('To send: Sent what waited')).toBeVisible();
  });
});
