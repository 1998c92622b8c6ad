// The main job: two accounts without sign-up, each in a browser of its own, exchange messages.
import { expect, test } from './fixtures.ts';
import { agree, askToLink } from './linking.ts';
import {
  createAccount,
  createPerson,
  DELIVERY_TIMEOUT_MS,
  expectSent,
  finishRestore,
  goHome,
  message,
  openConversation,
  openRequest,
  ownAccountId,
  recoveryWords,
  restoreAccount,
  say,
  startConversation,
  visibleTexts,
  type Person
} from './people.ts';

test.describe('two people', () => {
  const people: Person[] = [];
  test.afterEach(async () => {
    for (const person of people.splice(0)) await person.forget();
  });

  async function person(name: string, baseUrl: string): Promise<Person> {
    const made = await createPerson(name, { baseUrl });
    people.push(made);
    return made;
  }

  test('write to each other, keep everything over a reload, and miss nothing while away', async ({
    baseURL
  }) => {
    const ana = await person('Ana', baseURL as string);
    const ben = await person('Ben', baseURL as string);
    await Promise.all([createAccount(ana.page, 'Ana'), createAccount(ben.page, 'Ben')]);
    const anaId = await ownAccountId(ana.page);
    const benId = await ownAccountId(ben.page);
    expect(anaId).not.toBe(benId);

    await startConversation(ana.page, benId);
    await say(ana.page, 'Hello Ben, this is Ana');
    await expectSent(ana.page, 'Hello Ben, this is Ana');

    await test.step('Ben sees it under the name Ana gave herself, and answers', async () => {
      const requests = ben.page.getByRole('link', { name: 'Message Requests' });
      await expect(requests).toBeVisible({ timeout: DELIVERY_TIMEOUT_MS });
      await openRequest(ben.page, 'Ana');
      await expect(message(ben.page, 'Hello Ben, this is Ana')).toHaveCount(1);
      await say(ben.page, 'Hello Ana, good to read you');
      await expectSent(ben.page, 'Hello Ana, good to read you');
      await expect(message(ana.page, 'Hello Ana, good to read you')).toHaveCount(1, {
        timeout: DELIVERY_TIMEOUT_MS
      });
    });

    await test.step('a reload keeps the conversation', async () => {
      await ana.page.reload();
      await expect(message(ana.page, 'Hello Ben, this is Ana')).toHaveCount(1);
      await expect(message(ana.page, 'Hello Ana, good to read you')).toHaveCount(1);
    });

    await test.step('what arrives while Ben is away is there once and in order when he returns', async () => {
      await ben.leave();
      for (const text of ['first while away', 'second while away', 'third while away']) {
        await say(ana.page, text);
        await expectSent(ana.page, text);
      }
      await ben.comeBack();
      await openConversation(ben.page, 'Ana');
      await expect(message(ben.page, 'third while away')).toHaveCount(1, {
        timeout: DELIVERY_TIMEOUT_MS * 2
      });
      const texts = await visibleTexts(ben.page);
      const found = texts.flatMap((text) => /(first|second|third) while away/.exec(text)?.[0] ?? []);
      expect(found).toEqual(['first while away', 'second while away', 'third while away']);
    });

    await test.step('the 13 words give the same account elsewhere, and linked, it receives what comes next', async () => {
      const words = await recoveryWords(ana.page);
      const laptop = await person('Ana on a laptop', baseURL as string);
      await restoreAccount(laptop.page, words.join(' '));
      await finishRestore(laptop.page, 'Ana');
      const list = laptop.page.getByRole('navigation', { name: 'Conversations' });
      expect(await ownAccountId(laptop.page)).toBe(anaId);
      await askToLink(ana.page, laptop.page);
      await agree(ana.page, laptop.page);
      await goHome(laptop.page);
      await say(ben.page, 'This reaches both of your browsers');
      await expect(list.getByRole('link', { name: /This reaches both of your browsers/ })).toBeVisible({
        timeout: DELIVERY_TIMEOUT_MS * 2
      });
    });
  });

  test('a newcomer alone talks to Echo', async ({ baseURL }) => {
    const ana = await person('Ana', baseURL as string);
    await createAccount(ana.page, 'Ana');
    await ana.page
      .getByRole('button', { name: 'Write' })
      .or(ana.page.getByRole('link', { name: 'Write' }))
      .first()
      .click();
    await say(ana.page, 'Is anybody there?');
    await expectSent(ana.page, 'Is anybody there?');
    await expect(message(ana.page, 'Is anybody there?')).toHaveCount(2, { timeout: DELIVERY_TIMEOUT_MS * 2 });
  });
});
