// The network waits for the first screen of a page, and for nothing else.
import { afterEach, expect, test } from 'vitest';
import { createFirstScreen } from '../../../src/lib/messenger/first-screen.ts';
import { eventually } from '../../support/engine-device.ts';
import { createFakeNetwork } from '../../support/engine-fakes.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createFakePeople } from '../../support/fake-people.ts';

const { clock, tabs, closeTabs, browserOn } = await createFakePeople();
afterEach(closeTabs);

/** Longer than any test lasts, at the pace of its clock. */
const FOREVER_MS = 2 ** 31 - 1;

/** A profile that was closed again, and a tab that opens it while its page has drawn nothing. */
async function reopened(firstScreenMs = FOREVER_MS) {
  const { browser, floors } = await browserOn(createFakeNetwork(clock));
  const first = browser.openTab();
  await first.engine.create('Ana');
  await eventually('leads', () => first.isLeader());
  await first.close();
  const before = floors();
  const tab = browser.openTab({ firstScreenMs });
  tabs.push(tab);
  await tab.engine.open();
  return { tab, hasAsked: () => floors() !== before };
}

test('a profile that is opened asks the network nothing until the page has drawn something', async () => {
  const { tab, hasAsked } = await reopened();
  const other = await reopened(0);
  await eventually('one that waits for no screen asks', other.hasAsked);
  expect(hasAsked()).toBe(false);
  tab.engine.shown();
  await eventually('asks', hasAsked);
});

test('who made an account has a screen: it asks at once', async () => {
  const { browser, floors } = await browserOn(createFakeNetwork(clock));
  const tab = browser.openTab({ firstScreenMs: FOREVER_MS });
  tabs.push(tab);
  await tab.engine.create('Ana');
  await eventually('asks', () => floors() !== undefined);
});

test('an engine that waits ends without delay', async () => {
  const { tab } = await reopened();
  await tab.close();
});

test('a page that never says anything is not waited for', async () => {
  const fake = createFakeClock();
  const screen = createFirstScreen(fake, 1_500);
  let isOver = false;
  const waiting = screen.wait().then(() => (isOver = true));
  await fake.advance(1_499);
  expect(isOver).toBe(false);
  await fake.advance(1);
  await waiting;
});

test('what was said before is known later', async () => {
  const screen = createFirstScreen(createFakeClock(), 1_500);
  screen.stands();
  await screen.wait();
  await screen.wait();
});
