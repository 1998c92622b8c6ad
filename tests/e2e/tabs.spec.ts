// One account in many tabs, and tabs that end at any moment: nothing is lost, nothing leaves twice.
import type { Page } from '@playwright/test';
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

/** How often a tab is killed: at moments from pressing Enter to after everything has been done. */
const MOMENTS = 10;

/** How much later each node answers meanwhile. */
const SLOW_MS = 150;

test.describe('tabs', { tag: '@full' }, () => {
  const people: Person[] = [];
  test.afterEach(async ({ stack }) => {
    for (const node of stack.localnet.nodes) node.setFault({});
    for (const person of people.splice(0)) await person.forget();
  });

  /** Ana and Ben, with a conversation that Ana began. */
  async function begin(baseUrl: string, width: number): Promise<[Person, Person, string]> {
    // Tall enough that every message of the story is on the page.
    const viewport = { width, height: 1_800 };
    for (const name of ['Ana', 'Ben']) people.push(await createPerson(name, { baseUrl, viewport }));
    const [ana, ben] = people as [Person, Person];
    await Promise.all([createAccount(ana.page, 'Ana'), createAccount(ben.page, 'Ben')]);
    await startConversation(ana.page, await ownAccountId(ben.page));
    await say(ana.page, 'hello Ben');
    await expectSent(ana.page, 'hello Ben');
    await openRequest(ben.page, 'Ana');
    await expect(message(ben.page, 'hello Ben')).toHaveCount(1);
    return [ana, ben, ana.page.url()];
  }

  test('killed in the middle of sending, ten times: what was taken is sent exactly once, in order', async ({
    baseURL,
    viewport,
    stack
  }) => {
    test.setTimeout(240_000);
    const [ana, ben, chat] = await begin(baseURL as string, viewport?.width ?? 1_280);
    // Slow enough that there is a middle to be killed in.
    for (const node of stack.localnet.nodes) node.setFault({ delayMs: SLOW_MS });
    await say(ana.page, 'measured');
    const startedMs = performance.now();
    await expectSent(ana.page, 'measured');
    const sendingMs = performance.now() - startedMs;
    const own = (text: string) =>
      message(ana.page, text).and(ana.page.getByRole('article', { name: /^You, / }));
    /** How far each message was when its tab was killed. */
    const states: string[] = [];
    for (let moment = 0; moment < MOMENTS; moment++) {
      // The tab leads and has its paths: from here on sending takes as long as it did before.
      await say(ana.page, `before ${moment}`);
      await expectSent(ana.page, `before ${moment}`);
      await say(ana.page, `number ${moment}`);
      // What is shown is what was taken.
      if (moment > 0) await expect(own(`number ${moment}`)).toHaveCount(1);
      await ana.page.waitForTimeout((sendingMs * moment * 1.3) / (MOMENTS - 1));
      const name = (await own(`number ${moment}`).getAttribute('aria-label')) ?? '';
      states.push(/Queued|Sending|Sent/.exec(name)?.[0] ?? 'nothing');
      // Closed without a word: its worker ends wherever it stands.
      const next = await ana.context.newPage();
      await ana.page.close();
      ana.page = next;
      await ana.page.goto(chat);
      await expect(message(ana.page, 'hello Ben')).toHaveCount(1);
    }
    // The moments were spread over the whole of it.
    expect(states.filter((state) => state !== 'Sent').length, states.join()).toBeGreaterThanOrEqual(2);
    expect(states, states.join()).toContain('Sent');

    const shown = async (page: Page) =>
      (await visibleTexts(page)).flatMap((text) => /(?:before|number) \d/.exec(text)?.[0] ?? []);
    const taken = await shown(ana.page);
    // The first tab may have died before it had stored anything; the other nine had shown theirs.
    expect(taken.length).toBeGreaterThanOrEqual(2 * MOMENTS - 1);
    for (const text of taken) await expectSent(ana.page, text);
    await expect(message(ben.page, taken.at(-1) as string)).toHaveCount(1, { timeout: 30_000 });
    expect(await shown(ben.page)).toEqual(taken);
  });

  test('the one that leads is closed, and another polls within two seconds', async ({
    baseURL,
    viewport,
    stack
  }) => {
    const [ana, ben, chat] = await begin(baseURL as string, viewport?.width ?? 1_280);
    const anaId = await ownAccountId(ana.page);
    await ana.page.goto(chat);
    const second = await ana.context.newPage();
    await second.goto(chat);
    await expect(message(second, 'hello Ben')).toHaveCount(1);

    // The requests of a tab are those of its worker.
    let asked = 0;
    second.on('request', (request) => {
      if (request.method() === 'POST') asked += 1;
    });
    /** When a node was asked what it holds for Ana, and whether the second tab had asked anything by then. */
    const polls: { atMs: number; bySecond: boolean }[] = [];
    const stop = stack.localnet.onOpened(({ role, plaintext }) => {
      const text = role === 'final' ? new TextDecoder().decode(plaintext) : '';
      if (text.includes('"retrieve"') && text.includes(anaId))
        polls.push({ atMs: performance.now(), bySecond: asked > 0 });
    });
    await expect.poll(() => polls.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
    expect(asked, 'a tab that follows asks nothing').toBe(0);

    const closedMs = performance.now();
    await ana.page.close();
    ana.page = second;
    const first = () => polls.find(({ bySecond }) => bySecond);
    await expect.poll(first, { timeout: 15_000 }).toBeDefined();
    stop();
    expect((first()?.atMs ?? Infinity) - closedMs).toBeLessThan(2_000);

    await ben.page.getByRole('button', { name: 'Accept' }).click();
    await say(ben.page, 'are you still there?');
    await expect(message(second, 'are you still there?')).toHaveCount(1, {
      timeout: DELIVERY_TIMEOUT_MS + 2_000
    });
    await say(second, 'yes');
    await expectSent(second, 'yes');
    await expect(message(ben.page, 'yes')).toHaveCount(1, { timeout: DELIVERY_TIMEOUT_MS });
  });

  test('ten messages written offline leave in order once there is a network', async ({
    baseURL,
    viewport
  }) => {
    const [ana, ben] = await begin(baseURL as string, viewport?.width ?? 1_280);
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
