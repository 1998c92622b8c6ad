// A restore or an import that is cut off at any step.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type TestTab } from '../../support/engine-device.ts';
import { createFakeNetwork } from '../../support/engine-fakes.ts';
import { createStoryteller, dumpOf, profilesOf, type Story } from '../../support/told-story.ts';

const { clock, closeTabs, offline, openTab, tellStory } = await createStoryteller();
const never = new AbortController().signal;
const PASSPHRASE = 'seven quiet boats';

afterEach(closeTabs);

describe('a tab that ends in the middle', () => {
  /** Ends a tab's life after so many steps of its work; true when the work was faster. */
  async function cutOff(tab: TestTab, steps: number, work: () => Promise<unknown>): Promise<boolean> {
    tab.life.endAfter(steps);
    const end = await Promise.race([work().then(() => 'done'), tab.life.ended.then(() => 'over')]);
    return end === 'done';
  }

  let story: Story;
  let file: Blob;

  beforeAll(async () => {
    story = await tellStory();
    file = (await story.tab.engine.backups.write(PASSPHRASE, null, never)).file as Blob;
  });
  afterAll(() => story.tab.close());

  test('of a restore leaves no profile, or a whole one', async () => {
    let [isDone, none, whole] = [false, 0, 0];
    const reference = await offline(createFakeNetwork(clock));
    const referenceTab = openTab(reference);
    const wanted = await dumpOf(reference, await referenceTab.engine.restoreBackup(file, PASSPHRASE, never));
    for (let steps = 1; !isDone; steps += 1 + Math.floor(steps / 12)) {
      const browser = await offline(createFakeNetwork(clock));
      const tab = browser.openTab();
      await tab.engine.open();
      isDone = await cutOff(tab, steps, () => tab.engine.restoreBackup(file, PASSPHRASE, never));
      if (isDone) await tab.close();
      const next = openTab(browser);
      const status = await next.engine.open();
      if (status.state === 'no-profile') {
        expect(await profilesOf(browser)).toEqual([]);
        none++;
      } else {
        expect(await dumpOf(browser, status)).toEqual(wanted);
        whole++;
      }
      await next.close();
    }
    expect(none).toBeGreaterThan(20);
    expect(whole).toBeGreaterThan(0);
  }, 120_000);

  test('of an import leaves the profile as it was, or with all of it', async () => {
    const { words } = await story.tab.engine.revealPhrase();
    const make = async () => {
      const browser = await offline(createFakeNetwork(clock));
      const tab = browser.openTab();
      const status = await tab.engine.restore(words.join(' '));
      const { conversationId } = await tab.engine.messenger().openConversation(story.ana);
      await tab.engine.messenger().send(conversationId, 'was here before');
      return { browser, tab, status };
    };
    const reference = await make();
    await reference.tab.engine.backups.merge(file, PASSPHRASE, never);
    const whole = (await dumpOf(reference.browser, reference.status)).messages.length;
    await reference.tab.close();
    let [isDone, unchanged, changed] = [false, 0, 0];
    for (let steps = 1; !isDone; steps += 1 + Math.floor(steps / 12)) {
      const { browser, tab, status } = await make();
      const before = await dumpOf(browser, status);
      isDone = await cutOff(tab, steps, () => tab.engine.backups.merge(file, PASSPHRASE, never));
      if (isDone) await tab.close();
      const next = openTab(browser);
      const after = await dumpOf(browser, await next.engine.open());
      await next.close();
      expect(after.journal).toBe(0);
      expect(after.strayFiles).toBe(0);
      if (after.messages.length === whole) changed++;
      else {
        expect(after, `after ${steps} steps`).toEqual(before);
        unchanged++;
      }
    }
    expect(unchanged).toBeGreaterThan(20);
    expect(changed).toBeGreaterThan(0);
  }, 120_000);
});
