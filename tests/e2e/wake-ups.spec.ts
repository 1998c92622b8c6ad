// The browser wakes the service worker while no tab of the app is open (design.md §7): messages come and leave, and the
// Notifications page says so.
import type { BrowserContext, CDPSession, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { setPassphrase, unlock } from './lock-steps.ts';
import {
  createAccount,
  createPerson,
  expectSent,
  message,
  openRequest,
  ownAccountId,
  say,
  setItSo,
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

/** Everything the databases of this origin hold, by database and table; from any page of the origin. */
function allRows(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const done = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error as DOMException);
      });
    const words = (value: unknown): string =>
      JSON.stringify(value, (_, one: unknown) =>
        one instanceof Uint8Array ? [...one] : one instanceof ArrayBuffer ? [...new Uint8Array(one)] : one
      );
    const found: Record<string, string> = {};
    for (const { name } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name as string));
      for (const table of db.objectStoreNames) {
        found[`${name} ${table}`] = words(await done(db.transaction(table).objectStore(table).getAll()));
      }
      db.close();
    }
    return found;
  });
}

const controlled = (page: Page) =>
  expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

test.describe('with no tab open', { tag: '@full' }, () => {
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
    await setItSo(ana.page);
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

  test('a periodic wake-up of a locked profile says so and touches nothing', async ({ baseURL }) => {
    const origin = baseURL as string;
    const [ana, ben] = people as [Person, Person];
    await ben.page.getByRole('button', { name: 'Accept' }).click();
    await ana.context.grantPermissions(['notifications'], { origin });
    await setPassphrase(ana.page);
    const { session, registrationOf } = await devTools(ana.context);
    await expect.poll(() => registrationOf(origin)).toBeTruthy();
    await ana.page.close();
    await say(ben.page, 'while you were locked');
    await expectSent(ben.page, 'while you were locked');

    const looking = await ana.context.newPage();
    await looking.goto('/manifest.webmanifest');
    const before = await allRows(looking);
    expect(Object.keys(before).length).toBeGreaterThan(10);
    const log = 'onionskin wakeUps';
    await session.send('ServiceWorker.dispatchPeriodicSyncEvent', {
      origin,
      registrationId: registrationOf(origin) as string,
      tag: 'poll'
    });
    await expect.poll(async () => (await allRows(looking))[log], { timeout: 30_000 }).not.toBe(before[log]);
    const after = await allRows(looking);
    expect(after[log]).toContain('"locked"');
    expect({ ...after, [log]: '' }).toEqual({ ...before, [log]: '' });
    const notices = await looking.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      return ((await registration?.getNotifications()) ?? []).length;
    });
    expect(notices).toBe(0);

    // The control: the message was there to be taken.
    await looking.goto('/settings/notifications');
    await unlock(looking);
    await expect(
      looking.getByText('To look for messages: The app was locked: nothing was touched')
    ).toBeVisible();
    await looking.goto('/chats');
    await unlock(looking);
    await looking
      .getByRole('navigation', { name: 'Conversations' })
      .getByRole('link', { name: /Ben/ })
      .click();
    await expect(message(looking, 'while you were locked')).toHaveCount(1, { timeout: 30_000 });
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
