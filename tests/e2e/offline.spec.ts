// Without a network the app opens, shows history, and takes messages that leave later.
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  createPerson,
  DELIVERY_TIMEOUT_MS,
  expectSent,
  message,
  openRequest,
  ownAccountId,
  say,
  startConversation,
  visibleTexts,
  type Person
} from './people.ts';

test.describe('offline', () => {
  const people: Person[] = [];
  test.afterEach(async () => {
    for (const person of people.splice(0)) await person.forget();
  });

  test('opens, reads, and sends in order once the network is back', async ({ baseURL }) => {
    for (const name of ['Ana', 'Ben']) people.push(await createPerson(name, { baseUrl: baseURL as string }));
    const [ana, ben] = people as [Person, Person];
    await Promise.all([createAccount(ana.page, 'Ana'), createAccount(ben.page, 'Ben')]);
    const benId = await ownAccountId(ben.page);
    await startConversation(ana.page, benId);
    await say(ana.page, 'while online');
    await expectSent(ana.page, 'while online');
    await expect.poll(() => ana.page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

    await ana.context.setOffline(true);
    await ana.page.reload();
    await expect(message(ana.page, 'while online')).toHaveCount(1);
    await expect(ana.page.getByRole('status', { name: 'Connection' })).toContainText(/offline/i);

    const waiting = ['one of three', 'two of three', 'three of three'];
    for (const text of waiting) {
      await say(ana.page, text);
      await expect(message(ana.page, text)).toHaveAccessibleName(/Queued/);
    }

    await ana.context.setOffline(false);
    for (const text of waiting) await expectSent(ana.page, text);
    await openRequest(ben.page, 'Ana');
    await expect(message(ben.page, 'three of three')).toHaveCount(1, { timeout: DELIVERY_TIMEOUT_MS * 2 });
    const received = (await visibleTexts(ben.page)).flatMap(
      (text) => /(one|two|three) of three/.exec(text)?.[0] ?? []
    );
    expect(received).toEqual(waiting);
  });
});
