import { afterEach, describe, expect, test } from 'vitest';
import { createCryptoBackend } from '../../../src/lib/crypto/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { runWakeUp, type EngineStatus } from '../../../src/lib/messenger/index.ts';
import { waitAfter } from '../../../src/lib/messenger/lock-attempts.ts';
import { MAINNET } from '../../../src/lib/networks.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { openRoot, type Proof } from '../../../src/lib/storage/index.ts';
import { createLeapClock, type LeapClock } from '../../support/leap-clock.ts';
import {
  createBrowser,
  eventually,
  openPage,
  sendText,
  type TestBrowser,
  type TestTab
} from '../../support/engine-device.ts';
import { createFakeNetwork, type FakeNetwork } from '../../support/engine-fakes.ts';
import { textContent } from '../../support/text-content.ts';

const crypto = await createCryptoBackend();
const tabs: TestTab[] = [];
afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});

const RIGHT = 'four brown owls';
const typed = (text: string): Proof => ({ kind: 'passphrase', text });
const DEVICE: Proof = { kind: 'device' };
const SECRET = new Uint8Array(32).fill(3);
const PASSKEY: Proof = { kind: 'passkey', secret: SECRET };
const setPassphrase = (text: string) => ({ kind: 'set-passphrase', text }) as const;

interface Setting {
  readonly browser: TestBrowser;
  readonly clock: LeapClock;
  readonly network: FakeNetwork;
  readonly tab: TestTab;
  readonly profileId: string;
  open(): TestTab;
}

/** A person with an open profile that has a passphrase. */
async function locked(factor = 50): Promise<Setting> {
  const clock = createLeapClock(factor);
  const network = createFakeNetwork(clock);
  const browser = await createBrowser({ clock, crypto, createFloors: () => network.floors() });
  const open = () => {
    const tab = browser.openTab();
    tabs.push(tab);
    return tab;
  };
  const tab = open();
  const status = await tab.engine.create('Ana');
  const { profileId } = status as { profileId: string };
  await tab.engine.changeLock(DEVICE, setPassphrase(RIGHT));
  return { browser, clock, network, tab, profileId, open };
}

const isOpen = (tab: TestTab) => {
  try {
    return tab.engine.messenger() !== null;
  } catch {
    return false;
  }
};
const heard = (tab: TestTab, type: string) => tab.events.some((event) => event.type === type);
/** A page that lets go at once, as the real one does once it has covered what it showed. */
const followLocks = (tab: TestTab) =>
  eventually('asked to let go', () => heard(tab, 'locking')).then(() => tab.engine.letGo());

async function lockAndClose(setting: Setting): Promise<void> {
  await setting.tab.engine.lock();
  setting.tab.engine.letGo();
  await eventually('locked', () => heard(setting.tab, 'locked'));
}

describe('an unlocked profile', () => {
  test('opens in new tabs while one has it open, and is locked after the last one', async () => {
    const { tab, open, profileId } = await locked();
    const second = open();
    expect(await second.engine.open(profileId)).toMatchObject({ state: 'ready', profileId });
    await tab.close();
    const third = open();
    expect(await third.engine.open()).toMatchObject({ state: 'ready' });
    await second.close();
    await third.close();
    const last = open();
    expect(await last.engine.open(profileId)).toEqual({
      state: 'locked',
      profileId,
      lock: { passphrase: true, passkey: null, waitMs: 0 },
      others: []
    });
    expect(await last.engine.unlock(profileId, typed(RIGHT))).toMatchObject({ state: 'ready', profileId });
  });

  test('is told to tabs that wait at the lock screen', async () => {
    const setting = await locked();
    await lockAndClose(setting);
    const [first, second] = [setting.open(), setting.open()];
    for (const tab of [first, second]) {
      expect(await tab.engine.open(setting.profileId)).toMatchObject({ state: 'locked' });
    }
    await first.engine.unlock(setting.profileId, typed(RIGHT));
    await eventually('told', () => heard(second, 'unlocked'));
    expect(await second.engine.open(setting.profileId)).toMatchObject({ state: 'ready' });
  });

  test('is locked in three tabs when one of them locks it, and no tab has keys to give', async () => {
    const { tab, open, profileId } = await locked();
    const others = [open(), open()];
    for (const other of others) await other.engine.open(profileId);
    const all = [tab, ...others];
    const followed = Promise.all(all.map(followLocks));
    await others[0]?.engine.lock();
    await followed;
    for (const each of all) await eventually('locked', () => heard(each, 'locked'));
    expect(all.map(isOpen)).toEqual([false, false, false]);
    expect(await open().engine.open(profileId)).toMatchObject({ state: 'locked' });
  });

  test('closes by itself when the page does not let go', async () => {
    const { tab } = await locked();
    await tab.engine.lock();
    await eventually('locked', () => heard(tab, 'locked'));
    expect(isOpen(tab)).toBe(false);
  });

  test('keeps what was typed last: drafts said before letting go are stored', async () => {
    const setting = await locked();
    const { tab, profileId } = setting;
    const { conversationId } = await tab.engine.messenger().openConversation(`05${'b2'.repeat(32)}`);
    await tab.engine.lock();
    await eventually('asked', () => heard(tab, 'locking'));
    await tab.engine.messenger().saveDraft(conversationId, 'half a thou');
    tab.engine.letGo();
    await eventually('locked', () => heard(tab, 'locked'));
    const again = setting.open();
    await again.engine.open(profileId);
    const status = await again.engine.unlock(profileId, typed(RIGHT));
    const page = openPage(setting.browser, status);
    expect((await page.conversations()).map(({ draft }) => draft)).toEqual(['half a thou']);
    page.close();
  });

  test('loses no message when it is locked while one is being sent; it leaves once after unlocking', async () => {
    const setting = await locked();
    const { tab, network, profileId } = setting;
    const other = `05${'b2'.repeat(32)}` as const;
    await eventually('leads', () => tab.isLeader());
    let isHeld = true;
    network.beforeStore = () =>
      new Promise((resolve, reject) => {
        // A network that answers only once the profile is locked.
        const wait = setInterval(() => {
          if (!isHeld) resolve();
          if (heard(tab, 'locked')) reject(new Error('gone'));
          if (!isHeld || heard(tab, 'locked')) clearInterval(wait);
        }, 5);
      });
    await sendText(tab, other, 'on its way');
    await eventually('under way', () => network.storeCount > 0);
    await lockAndClose(setting);
    isHeld = false;
    network.beforeStore = null;
    const again = setting.open();
    await again.engine.open(profileId);
    const status = await again.engine.unlock(profileId, typed(RIGHT));
    const page = openPage(setting.browser, status);
    await eventually('sent', async () => (await page.messages(other as never))[0]?.state === 'sent', 20_000);
    expect(await page.texts(other as never)).toEqual(['on its way']);
    expect(network.stored(other as never)).toHaveLength(1);
    page.close();
  }, 30_000);

  test('has a passkey as well, which opens it; without it the passphrase still does', async () => {
    const setting = await locked();
    const { tab, profileId } = setting;
    const credentialId = new Uint8Array(32).fill(9);
    const change = { kind: 'set-passkey', credentialId, secret: SECRET.slice() } as const;
    await expect(tab.engine.changeLock(PASSKEY, change)).rejects.toMatchObject({ code: 'unlock-refused' });
    await tab.engine.changeLock(typed(RIGHT), change);
    await lockAndClose(setting);
    const again = setting.open();
    expect(await again.engine.open(profileId)).toMatchObject({ lock: { passkey: { credentialId } } });
    await again.engine.unlock(profileId, PASSKEY);
    await again.engine.changeLock(PASSKEY, { kind: 'remove', way: 'passkey' });
    expect(await again.engine.lockView()).toMatchObject({ passphrase: true, passkey: null });
    await again.engine.changeLock(typed(RIGHT), { kind: 'remove', way: 'passphrase' });
    await expect(again.engine.lock()).rejects.toMatchObject({ code: 'lock-missing' });
    await again.close();
    expect(await setting.open().engine.open(profileId)).toMatchObject({ state: 'ready' });
  });

  test('shows its recovery words only for what opens the lock', async () => {
    const { tab } = await locked();
    await expect(tab.engine.revealPhrase()).rejects.toMatchObject({ code: 'proof-needed' });
    await expect(tab.engine.revealPhrase(typed('wrong words'))).rejects.toMatchObject({
      code: 'unlock-refused'
    });
    expect((await tab.engine.revealPhrase(typed(RIGHT))).words).toHaveLength(13);
  });

  test('refuses passphrases that are too short before anything changes', async () => {
    const { tab } = await locked();
    await expect(tab.engine.changeLock(typed(RIGHT), setPassphrase('short'))).rejects.toMatchObject({
      code: 'passphrase-too-short',
      details: { limit: 8 }
    });
    expect((await tab.engine.revealPhrase(typed(RIGHT))).words).toHaveLength(13);
  });
});

describe('a wrong entry', () => {
  const attempt = (tab: TestTab, profileId: string, text: string) =>
    tab.engine.unlock(profileId, typed(text)).then(
      () => ({ code: 'opened', waitMs: 0 }),
      (error: { code: string; details: { waitMs: number } }) => ({
        code: error.code,
        waitMs: error.details.waitMs
      })
    );

  test('waits longer with each, up to five minutes', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000].map(waitAfter)).toEqual([
      0, 0, 0, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000, 300_000, 300_000
    ]);
  });

  test('is slowed over reloads and tabs, and no clock that is set shortens it', async () => {
    const setting = await locked(1);
    const { profileId, clock } = setting;
    await lockAndClose(setting);
    const first = setting.open();
    await first.engine.open(profileId);
    for (let count = 0; count < 2; count++) {
      expect(await attempt(first, profileId, 'wrong words')).toEqual({ code: 'unlock-refused', waitMs: 0 });
    }
    const third = await attempt(first, profileId, 'wrong words');
    expect(third.code).toBe('unlock-refused');
    expect(third.waitMs).toBeGreaterThan(4_000);
    // Right or not: nothing is tried before its time, neither here, nor after a reload, nor with another date.
    expect(await attempt(first, profileId, RIGHT)).toMatchObject({ code: 'unlock-too-soon' });
    await first.close();
    clock.leapAsleep(3_600_000);
    const reloaded = setting.open();
    const status = (await reloaded.engine.open(profileId)) as Extract<EngineStatus, { state: 'locked' }>;
    expect(status.lock.waitMs).toBeGreaterThan(4_000);
    expect(await attempt(reloaded, profileId, RIGHT)).toMatchObject({ code: 'unlock-too-soon' });
    clock.leap(5_000);
    expect(await attempt(reloaded, profileId, RIGHT)).toEqual({ code: 'opened', waitMs: 0 });
    // A right one forgives the others.
    expect((await reloaded.engine.lockView()).waitMs).toBe(0);
  }, 15_000);

  test('is counted before it is made, so that a tab which is closed meanwhile saves nobody', async () => {
    const setting = await locked();
    const { profileId, browser } = setting;
    await lockAndClose(setting);
    for (let count = 0; count < 3; count++) {
      const tab = setting.open();
      await tab.engine.open(profileId);
      tab.engine.unlock(profileId, typed('wrong words')).catch(() => {});
      await eventually('counted', async () => {
        const row = await browser.storage.environment.list.attempts.get(profileId);
        return row?.failures === count + 1;
      });
      tab.life.end();
    }
    const tab = setting.open();
    expect(await tab.engine.open(profileId)).not.toMatchObject({ lock: { waitMs: 0 } });
  });

  test('never tells whether there is a wipe code, which answers as any wrong entry does', async () => {
    const setting = await locked();
    const { profileId, tab, browser } = setting;
    await tab.engine.changeLock(typed(RIGHT), { kind: 'set-wipe-code', code: 'burn it all' });
    await lockAndClose(setting);
    const waiting = setting.open();
    const before = await waiting.engine.open(profileId);
    const wrong = await attempt(waiting, profileId, 'wrong words');
    const wiped = await attempt(waiting, profileId, 'burn it all');
    expect(wiped).toEqual(wrong);
    // From here on nothing opens it; it looks as it did.
    expect((await openRoot(browser.storage.environment, profileId, typed(RIGHT))).kind).toBe('refused');
    await eventually('data gone', async () => {
      const databases = await browser.storage.indexedDb.indexedDB.databases();
      return databases.every(({ name }) => name === 'onionskin');
    });
    expect(await setting.open().engine.open(profileId)).toMatchObject({
      ...before,
      lock: { ...(before as { lock: object }).lock, waitMs: 0 }
    });
    expect(await attempt(waiting, profileId, RIGHT)).toMatchObject({ code: 'unlock-refused' });
  });

  test('leaves a way to begin anew: the locked profile can be taken away unopened', async () => {
    const setting = await locked();
    const { profileId } = setting;
    await lockAndClose(setting);
    const tab = setting.open();
    await tab.engine.open(profileId);
    expect(await tab.engine.eraseLocked(profileId)).toEqual({ isComplete: true, remaining: [] });
    expect(await setting.open().engine.open()).toMatchObject({ state: 'no-profile' });
  });
});

describe('a profile nobody uses', () => {
  const MINUTE_MS = 60_000;

  test('is locked in every tab after the time chosen, whether the device slept or not', async () => {
    for (const sleep of ['leap', 'leapAsleep'] as const) {
      const { tab, open, profileId, clock } = await locked();
      const other = open();
      await other.engine.open(profileId);
      await tab.engine.messenger().changeSettings({ lockAfterMinutes: 60 });
      clock[sleep](59 * MINUTE_MS);
      await clock.sleep(10_000);
      expect([isOpen(tab), isOpen(other)]).toEqual([true, true]);
      clock[sleep](2 * MINUTE_MS);
      for (const each of [tab, other]) await eventually('locked', () => heard(each, 'locked'));
    }
  }, 20_000);

  test('stays open in every tab while one of them is used', async () => {
    const { tab, open, profileId, clock } = await locked();
    const other = open();
    await other.engine.open(profileId);
    await tab.engine.messenger().changeSettings({ lockAfterMinutes: 60 });
    for (let count = 0; count < 3; count++) {
      clock.leap(40 * MINUTE_MS);
      other.engine.used();
      await clock.sleep(10_000);
    }
    expect([isOpen(tab), isOpen(other)]).toEqual([true, true]);
  }, 20_000);

  test('is locked when no tab of it is on screen, if that is wanted', async () => {
    const { tab, open, profileId, clock } = await locked();
    const other = open();
    await other.engine.open(profileId);
    await tab.engine.messenger().changeSettings({ lockWhenHidden: true, lockAfterMinutes: 0 });
    const seen = { visible: true, active: true, online: true };
    tab.engine.setActivity({ ...seen, visible: false });
    await clock.sleep(20_000);
    // The control: the other one is still on screen.
    expect([isOpen(tab), isOpen(other)]).toEqual([true, true]);
    other.engine.setActivity({ ...seen, visible: false });
    for (const each of [tab, other]) await eventually('locked', () => heard(each, 'locked'));
  }, 20_000);

  test('without a lock is never closed', async () => {
    const setting = await locked();
    await setting.tab.engine.changeLock(typed(RIGHT), { kind: 'remove', way: 'passphrase' });
    setting.clock.leap(10 * 60 * MINUTE_MS);
    await setting.clock.sleep(12_000);
    expect(isOpen(setting.tab)).toBe(true);
  });
});

describe('a wake-up of a locked profile', () => {
  const wakeUp = (browser: TestBrowser, clock: LeapClock, network: FakeNetwork) => {
    let floors = 0;
    return runWakeUp(
      {
        environment: browser.storage.environment,
        crypto,
        fetchNetwork: async () => MAINNET,
        createFloors: () => {
          floors += 1;
          return network.floors();
        },
        locks: browser.locks,
        openChannel: (name) => browser.openChannel(name),
        notify: async () => {},
        clock,
        random: systemRandom,
        log: silentLog
      },
      'periodicsync'
    ).then((result) => ({ result, floors }));
  };

  test('writes `locked` down and touches nothing, also while a tab has it unlocked', async () => {
    const setting = await locked();
    const { browser, clock, network, tab, profileId } = setting;
    const rows = async () => {
      const db = await new Promise<IDBDatabase>((resolve) => {
        const request = browser.storage.indexedDb.indexedDB.open(`onionskin-${profileId}`);
        request.onsuccess = () => resolve(request.result);
      });
      const all: Record<string, unknown[]> = {};
      for (const name of db.objectStoreNames) {
        all[name] = await new Promise((resolve) => {
          const request = db.transaction(name).objectStore(name).getAll();
          request.onsuccess = () => resolve(request.result as unknown[]);
        });
      }
      db.close();
      return all;
    };
    expect(await wakeUp(browser, clock, network)).toEqual({ result: 'locked', floors: 0 });
    const { accountId } = openPage(browser, await tab.engine.open());
    await lockAndClose(setting);
    const stranger = await import('../../../src/lib/messenger/build-message.ts');
    const { deriveIdentity } = await import('../../../src/lib/crypto/index.ts');
    const sender = deriveIdentity(new Uint8Array(16).fill(8));
    const content = textContent({ text: 'for a locked one', timestampMs: clock.now() });
    network.deposit(
      accountId,
      await stranger.sealContentFor(crypto, sender, accountId, { content, timestampMs: clock.now() })
    );
    const before = await rows();
    expect(await wakeUp(browser, clock, network)).toEqual({ result: 'locked', floors: 0 });
    expect(await rows()).toEqual(before);
    const log = await browser.storage.environment.list.wakeUps.toArray();
    expect(log.map(({ result }) => result)).toEqual(['locked', 'locked']);
    // The control: without the lock the same wake-up takes the message in.
    const again = setting.open();
    await again.engine.open(profileId);
    await again.engine.unlock(profileId, typed(RIGHT));
    await again.engine.changeLock(typed(RIGHT), { kind: 'remove', way: 'passphrase' });
    await again.close();
    expect(await wakeUp(browser, clock, network)).toEqual({ result: 'checked', floors: 1 });
    expect(await rows()).not.toEqual(before);
  });
});
