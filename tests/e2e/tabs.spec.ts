// One account in many tabs, and tabs that end at any moment: nothing is lost, nothing leaves twice.
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

/** How long after pressing Enter each tab is killed: before, in the middle of and after every step of sending. */
const KILLED_AFTER_MS = [0, 15, 40, 80, 130, 200, 300, 450, 700, 1_000];

test.describe('tabs', { tag: '@full' }, () => {
  const people: Person[] = [];
  test.afterEach(async () => {
    for (const person of people.splice(0)) await person.forget();
  });

  /** Ana and Ben, with a conversation that Ana began. */
  async function begin(baseUrl: string): Promise<[Person, Person, string]> {
    // Tall enough that every message of the story is on the page.
    const viewport = { width: 1280, height: 1_800 };
    for (const name of ['Ana', 'Ben']) people.push(await createPerson(name, { baseUrl, viewport }));
    const [ana, ben] = people as [Person, Person];
    await createAccount(ana.page, 'Ana');
    await createAccount(ben.page, 'Ben');
    await startConversation(ana.page, await ownAccountId(ben.page));
    await say(ana.page, 'hello Ben');
    await expectSent(ana.page, 'hello Ben');
    await openRequest(ben.page, 'Ana');
    await expect(message(ben.page, 'hello Ben')).toHaveCount(1);
    return [ana, ben, ana.page.url()];
  }

  test('killed in the middle of sending, ten times: what was taken is sent exactly once, in order', async ({
    baseURL
  }) => {
    test.setTimeout(240_000);
    const [ana, ben, chat] = await begin(baseURL as string);
    for (const [index, afterMs] of KILLED_AFTER_MS.entries()) {
      await say(ana.page, `number ${index}`);
      // What is shown is what was taken.
      if (index > 0) await expect(message(ana.page, `number ${index}`)).toHaveCount(1);
      await ana.page.waitForTimeout(afterMs);
      // Closed without a word: its worker ends wherever it stands.
      const next = await ana.context.newPage();
      await ana.page.close();
      ana.page = next;
      await ana.page.goto(chat);
      await expect(message(ana.page, 'hello Ben')).toHaveCount(1);
    }
    const taken = (await visibleTexts(ana.page)).flatMap((text) => /number \d/.exec(text)?.[0] ?? []);
    // The first tab may have died before it had stored anything; the other nine had shown theirs.
    expect(taken.length).toBeGreaterThanOrEqual(KILLED_AFTER_MS.length - 1);
    for (const text of taken) await expectSent(ana.page, text);
    await expect(message(ben.page, taken.at(-1) as string)).toHaveCount(1, { timeout: 30_000 });
    const received = (await visibleTexts(ben.page)).flatMap((text) => /number \d/.exec(text)?.[0] ?? []);
    expect(received).toEqual(taken);
  });

  test('the one that leads is closed, and another goes on within two seconds', async ({ baseURL }) => {
    const [ana, ben, chat] = await begin(baseURL as string);
    const second = await ana.context.newPage();
    await second.goto(chat);
    await expect(message(second, 'hello Ben')).toHaveCount(1);
    await ana.page.close();
    ana.page = second;
    await ben.page.getByRole('button', { name: 'Accept' }).click();
    await say(ben.page, 'are you still there?');
    await expect(message(second, 'are you still there?')).toHaveCount(1, {
      timeout: DELIVERY_TIMEOUT_MS + 2_000
    });
    await say(second, 'yes');
    await expectSent(second, 'yes');
    await expect(message(ben.page, 'yes')).toHaveCount(1, { timeout: DELIVERY_TIMEOUT_MS });
  });

  test('ten messages written offline leave in order once there is a network', async ({ baseURL }) => {
    const [ana, ben] = await begin(baseURL as string);
    await ana.context.setOffline(true);
    const written = Array.from({ length: 10 }, (_, index) => `offline ${index}`);
    for (const text of written) {
      await say(ana.page, text);
      await expect(message(ana.page, text)).toHaveCount(1);
    }
    await ana.context.setOffline(false);
    for (const text of written) await expectSent(ana.page, text);
    await expect(message(ben.page, 'offline 9')).toHaveCount(1, { timeout: 20_000 });
    const received = (await visibleTexts(ben.page)).flatMap((text) => /offline \d/.exec(text)?.[0] ?? []);
    expect(received).toEqual(written);
  });
});
