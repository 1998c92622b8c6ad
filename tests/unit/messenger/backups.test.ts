// Backups: written and read again, made into a profile, taken into one, and cut off at any step.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createCryptoBackend } from '../../../src/lib/crypto/index.ts';
import { errorCode } from '../../../src/lib/errors.ts';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { TESTNET } from '../../../src/lib/networks.ts';
import {
  createExportFiles,
  openProfile,
  updateStoredMessage,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { UNSENT_CODE } from '../../../src/lib/storage/backup-write.ts';
import {
  createBrowser,
  createQuickClock,
  eventually,
  openPage,
  sendText,
  type TestBrowser,
  type TestPage,
  type TestTab
} from '../../support/engine-device.ts';
import { createFakeOrigin } from '../../support/fake-directory.ts';
import { createFakeNetwork, type FakeFloors, type FakeNetwork } from '../../support/engine-fakes.ts';
import { png } from '../../support/pictures.ts';
import { dumpProfile, type ProfileDump } from '../../support/profile-dump.ts';
import { readZip } from '../../support/zip-reader.ts';

const crypto = await createCryptoBackend();
const clock = createQuickClock();
const tabs: TestTab[] = [];
const never = new AbortController().signal;
const NODES = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32));
const PASSPHRASE = 'seven quiet boats';

afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});

const browserOn = (network: FakeNetwork, change: (floors: FakeFloors) => void = () => {}) =>
  createBrowser({
    clock,
    crypto,
    createFloors: () => {
      const floors = network.floors({ nodes: NODES });
      change(floors);
      return floors;
    }
  });

const offline = (network: FakeNetwork) => browserOn(network, (floors) => floors.setConnected(false));

function openTab(browser: TestBrowser): TestTab {
  const tab = browser.openTab();
  tabs.push(tab);
  return tab;
}

const accountIdOf = (status: object) => (status as { accountId: AccountId }).accountId;
const png64 = () => new Blob([png(40, 30) as Uint8Array<ArrayBuffer>]);

async function withPage<Result>(
  browser: TestBrowser,
  status: object,
  work: (page: TestPage) => Promise<Result>
): Promise<Result> {
  const page = openPage(browser, status as never);
  try {
    return await work(page);
  } finally {
    page.close();
  }
}

const dumpOf = (browser: TestBrowser, status: object) => withPage(browser, status, dumpProfile);

interface Story {
  readonly network: FakeNetwork;
  readonly browser: TestBrowser;
  readonly tab: TestTab;
  readonly status: object;
  readonly ana: AccountId;
  readonly conversationId: string;
}

/** Ben, who talked with Ana and then went offline, with everything a profile can have. */
async function tellStory(): Promise<Story> {
  const network = createFakeNetwork(clock);
  const bens: FakeFloors[] = [];
  const browser = await browserOn(network, (floors) => bens.push(floors));
  const tab = browser.openTab();
  const status = await tab.engine.create('Ben');
  const anas = await browserOn(network);
  const other = anas.openTab();
  const anaStatus = await other.engine.create('Ana');
  const ana = accountIdOf(anaStatus);
  const messenger = tab.engine.messenger();
  await sendText(tab, ana, 'Hello Ana, and what a long way it is to the harbour');
  await withPage(anas, anaStatus, async (page) => {
    await eventually('Ana has it', async () => (await page.conversations()).length > 0);
    await other.engine.messenger().acceptRequest((await page.conversations())[0]?.id ?? '');
  });
  await sendText(other, accountIdOf(status), 'Hello Ben');
  const conversationId = await withPage(browser, status, async (page) => {
    await eventually('Ben has it', async () => (await page.messages(ana)).length === 2);
    await eventually('Ben was accepted', async () => (await page.conversations())[0]?.request === 'none');
    const received = (await page.messages(ana)).find(({ direction }) => direction === 'in');
    await messenger.react(received?.id ?? '', '👍', false);
    return (await page.conversations())[0]?.id ?? '';
  });
  await other.close();
  for (const floors of bens) floors.setConnected(false);
  const facts = { conversationId, width: null, height: null, caption: 'two files' };
  const picture = { ...facts, file: png64(), name: 'boat.png', contentType: 'image/png', thumbnail: png64() };
  const notes = new Blob(['some notes '.repeat(20_000)]);
  const text = { ...facts, file: notes, name: 'notes.txt', contentType: 'text/plain', thumbnail: null };
  const stagedIds = [(await messenger.stage(picture)).stagedId, (await messenger.stage(text)).stagedId];
  await messenger.send(conversationId, 'with files', { stagedIds });
  await messenger.setPicture(png64());
  await messenger.setNickname(conversationId, 'Nan');
  await messenger.pin(conversationId, true);
  await messenger.mute(conversationId, clock.now() + 90_000_000);
  await messenger.saveDraft(conversationId, 'half a thought');
  await messenger.changeSettings({ readReceipts: true, notificationContent: 'name' });
  const own = await messenger.openConversation(accountIdOf(status));
  await messenger.send(own.conversationId, 'milk, bread');
  const gone = await messenger.send(own.conversationId, 'deleted later');
  await messenger.deleteMessages([gone.messageId], 'device');
  return { network, browser, tab, status, ana, conversationId };
}

/** What waited to be sent has failed now, and the person decides. */
function asRestored(dump: ProfileDump): ProfileDump {
  const settle = <Item extends object>(item: Item): Item =>
    'state' in item && (item.state === 'queued' || item.state === 'sending')
      ? { ...item, state: 'failed', ...('failureCode' in item && { failureCode: UNSENT_CODE }) }
      : item;
  const byText = (list: readonly object[]) =>
    list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const conversations = dump.conversations.map((item) => {
    const conversation = item as { accountId: string; lastMessage: object | null; failed: number };
    const waiting = dump.messages.filter(
      (message) =>
        'in' in message &&
        String(message.in).startsWith(conversation.accountId) &&
        settle(message) !== message
    );
    const { lastMessage } = conversation;
    return {
      ...conversation,
      failed: conversation.failed + waiting.length,
      lastMessage: lastMessage && settle(lastMessage)
    };
  });
  return {
    ...dump,
    // Other devices may have the account, so this one is to be linked before it takes part.
    profile: { ...dump.profile, isFromBackup: true },
    settings: { ...dump.settings, forwardSecrecy: false },
    conversations: byText(conversations),
    messages: byText(dump.messages.map(settle))
  };
}

/** Without values that a row has only when somebody set them. */
function withoutDefaults(dump: ProfileDump): unknown {
  const quiet: Record<string, unknown> = {
    blocked: false,
    hidden: false,
    markedUnread: false,
    notify: 'all',
    autoDownload: false,
    keepMediaDays: null,
    mutedUntilMs: null,
    nickname: null
  };
  const plain = (item: object) =>
    Object.fromEntries(
      Object.entries(item).filter(([key, value]) => !(key in quiet && quiet[key] === value))
    );
  const conversations = dump.conversations
    .map(plain)
    .sort((a, b) => (String(a['accountId']) < String(b['accountId']) ? -1 : 1));
  // Nothing awaited is the same as none; a backup says nothing of either.
  const profile = Object.entries(dump.profile).filter(([key, value]) => key !== 'awaitedPicture' || value);
  return JSON.parse(
    JSON.stringify({ ...dump, conversations, profile: Object.fromEntries(profile) })
  ) as unknown;
}

describe('a backup', () => {
  let story: Story;
  let file: Blob;
  let before: ProfileDump;

  beforeAll(async () => {
    story = await tellStory();
    before = await dumpOf(story.browser, story.status);
    const written = await story.tab.engine.backups.write(PASSPHRASE, null, never);
    file = written.file as Blob;
    expect(written.counts).toMatchObject({ conversations: 2, media: 4 });
  });

  afterAll(() => story.tab.close());

  const restore = async (browser: TestBrowser, from = file, passphrase = PASSPHRASE) =>
    openTab(browser).engine.restoreBackup(from, passphrase, never);

  /** A profile of the same account with nothing of the backup in it. */
  async function emptyTwin(): Promise<{ browser: TestBrowser; tab: TestTab; status: object }> {
    const { words } = await story.tab.engine.revealPhrase();
    const browser = await offline(createFakeNetwork(clock));
    const tab = openTab(browser);
    return { browser, tab, status: await tab.engine.restore(words.join(' ')) };
  }

  test('told everything there is', async () => {
    expect(before.messages).toHaveLength(5);
    expect(before.conversations).toHaveLength(2);
    expect(before.strayFiles).toBe(0);
    expect(JSON.stringify(before.messages)).toContain('"name":"notes.txt"');
  });

  test('gives every row and file back to a browser that has nothing', async () => {
    const browser = await offline(createFakeNetwork(clock));
    const status = await restore(browser);
    expect(status.state).toBe('ready');
    const after = await dumpOf(browser, status);
    expect(withoutDefaults(after)).toEqual(withoutDefaults(asRestored(before)));
  });

  test('lets an unsent message be sent after all', async () => {
    const network = createFakeNetwork(clock);
    const browser = await browserOn(network);
    const tab = openTab(browser);
    const status = await tab.engine.restoreBackup(file, PASSPHRASE, never);
    const own = accountIdOf(status);
    await withPage(browser, status, async (page) => {
      const [note] = await page.messages(own);
      expect(note).toMatchObject({ text: 'milk, bread', state: 'failed', failureCode: UNSENT_CODE });
      await tab.engine.messenger().retry(note?.id ?? '');
      await eventually('it is sent', async () => (await page.messages(own))[0]?.state === 'sent');
    });
  });

  test('adds nothing to the profile it was made of', async () => {
    const summary = await story.tab.engine.backups.merge(file, PASSPHRASE, never);
    expect(summary).toEqual({ messages: 0, files: 0 });
    expect(await dumpOf(story.browser, story.status)).toEqual(before);
  });

  test('fills an empty profile of the account, once', async () => {
    const { browser, tab, status } = await emptyTwin();
    const summary = await tab.engine.backups.merge(file, PASSPHRASE, never);
    expect(summary).toMatchObject({ messages: 5, files: 3 });
    const after = await dumpOf(browser, status);
    expect(withoutDefaults({ ...after, configs: {}, profile: {}, settings: null })).toEqual(
      withoutDefaults({ ...asRestored(before), configs: {}, profile: {}, settings: null })
    );
    expect(await tab.engine.backups.merge(file, PASSPHRASE, never)).toEqual({ messages: 0, files: 0 });
    expect(await dumpOf(browser, status)).toEqual(after);
  });

  test('is found by the search after it was taken in', async () => {
    const { tab } = await emptyTwin();
    await tab.engine.backups.merge(file, PASSPHRASE, never);
    const { hits } = await tab.engine.messenger().search({ text: 'harbour' } as never);
    expect(hits).toHaveLength(1);
  });

  test('brings back no message that was deleted here, but a file that was cleared', async () => {
    const { browser, tab, status } = await emptyTwin();
    const messenger = tab.engine.messenger();
    await tab.engine.backups.merge(file, PASSPHRASE, never);
    await withPage(browser, status, async (page) => {
      const ids = (await page.messages(story.ana)).map(({ id }) => id);
      await messenger.deleteMessages([ids[0] as string], 'device');
      const files = () => page.db.media.count();
      const all = await files();
      const withFile = (await page.messages(story.ana)).find(({ attachments }) => attachments.length > 0);
      expect(withFile?.attachments.every(({ mediaId }) => mediaId !== null)).toBe(true);
      const cleared = withFile?.attachments.find(({ name }) => name === 'notes.txt')?.mediaId ?? '';
      await forgetFile(browser, tab, withFile?.id ?? '', cleared);
      expect(await files()).toBe(all - 1);
      const summary = await tab.engine.backups.merge(file, PASSPHRASE, never);
      expect(summary).toEqual({ messages: 0, files: 1 });
      expect(await files()).toBe(all);
      expect((await page.messages(story.ana)).map(({ id }) => id)).toEqual(ids.slice(1));
      const again = (await page.messages(story.ana)).find(({ id }) => id === withFile?.id);
      expect(again?.attachments.map(({ state }) => state)).toEqual(['queued', 'here']);
    });
  });

  test('brings back no conversation that was deleted here longer ago than messages live', async () => {
    const { browser, tab, status } = await emptyTwin();
    await tab.engine.backups.merge(file, PASSPHRASE, never);
    await withPage(browser, status, async (page) => {
      const own = (await page.conversations()).find(({ kind }) => kind === 'note-to-self');
      const hash = (await page.db.conversations.get(own?.id ?? ''))?.accountHash ?? '';
      await tab.engine.messenger().deleteConversation(own?.id ?? '');
      expect((await page.conversations()).map(({ kind }) => kind)).toEqual(['contact']);
      await page.db.graves.put({ id: hash, beforeMs: clock.now() + 1_000 });
      expect(await tab.engine.backups.merge(file, PASSPHRASE, never)).toEqual({ messages: 0, files: 0 });
      expect((await page.conversations()).map(({ kind }) => kind)).toEqual(['contact']);
      // The control: without the note of its deletion it comes back.
      await page.db.graves.delete(hash);
      expect(await tab.engine.backups.merge(file, PASSPHRASE, never)).toMatchObject({ messages: 1 });
    });
  });

  test('brings back nothing whose time is over', async () => {
    const browser = await offline(createFakeNetwork(clock));
    const tab = openTab(browser);
    const status = await tab.engine.create('Cleo');
    const own = accountIdOf(status);
    const messenger = tab.engine.messenger();
    const { conversationId } = await messenger.openConversation(own);
    await messenger.send(conversationId, 'stays');
    await messenger.setTimer(conversationId, 'after-send', 60);
    await messenger.send(conversationId, 'goes');
    await withPage(browser, status, async (page) => {
      const goes = (await page.messages(own)).find(({ text }) => text === 'goes');
      await setDeadline(browser, tab, goes?.id ?? '', clock.now() + 40_000);
      const made = (await tab.engine.backups.write(PASSPHRASE, null, never)).file as Blob;
      const texts = async (clockAhead: number) => {
        const other = await offline(createFakeNetwork(clock));
        const late = other.openTab({ clock: { ...clock, now: () => clock.now() + clockAhead } });
        tabs.push(late);
        const restored = await late.engine.restoreBackup(made, PASSPHRASE, never);
        return withPage(other, restored, (view) => view.texts(own));
      };
      expect(await texts(0)).toEqual(['stays', 'goes']);
      expect(await texts(90_000)).toEqual(['stays']);
    });
  });

  test('has a twin that anybody can read, without the secret of the account', async () => {
    const { words, seedHex } = await story.tab.engine.revealPhrase();
    const written = await story.tab.engine.backups.writeReadable(null, never);
    const archive = Buffer.from(await (written.file as Blob).arrayBuffer());
    const entries = readZip(archive);
    const name = [...entries.keys()].find((path) =>
      /^conversations\/Nan \(05\w{8}\)\/messages\.json$/.test(path)
    );
    const chat = JSON.parse(String(entries.get(name ?? ''))) as {
      nickname: string;
      messages: { from: string; text?: string; attachments?: { name: string; file: string }[] }[];
    };
    expect(chat.nickname).toBe('Nan');
    expect(chat.messages.map(({ from, text }) => text && `${from}: ${text}`).filter(Boolean)).toEqual([
      'me: Hello Ana, and what a long way it is to the harbour',
      'them: Hello Ben',
      'me: with files'
    ]);
    const notes = chat.messages.at(-1)?.attachments?.find((attachment) => attachment.name === 'notes.txt');
    expect(notes?.file).toMatch(/^files\/\d{4}-\d\d-\d\d notes\.txt$/);
    const folder = (name ?? '').replace('messages.json', '');
    expect(String(entries.get(`${folder}${notes?.file}`))).toBe('some notes '.repeat(20_000));
    for (const path of entries.keys()) expect(path).not.toMatch(/\.\.|^\/|\\|:/);
    expect(archive.includes(words.slice(0, 3).join(' '))).toBe(false);
    expect(archive.includes(seedHex)).toBe(false);
    // The same scan finds what is in it.
    expect(archive.includes('Hello Ben')).toBe(true);
  });

  test('waits in a file of the origin until it was handed over, or until the next start', async () => {
    const origin = createFakeOrigin();
    const exports = createExportFiles(origin.root);
    const browser = await offline(createFakeNetwork(clock));
    const first = browser.openTab({ exports });
    tabs.push(first);
    await first.engine.create('Cleo');
    const kept = await first.engine.backups.write(PASSPHRASE, null, never);
    const given = await first.engine.backups.write(PASSPHRASE, null, never);
    expect(await exports.list()).toHaveLength(2);
    await first.engine.backups.discard(given.ownName ?? '');
    expect(await exports.list()).toEqual([kept.ownName]);
    // Another tab leaves what this one still hands over.
    const second = browser.openTab({ exports });
    tabs.push(second);
    await second.engine.open();
    expect(await exports.list()).toEqual([kept.ownName]);
    first.life.end();
    const third = browser.openTab({ exports });
    tabs.push(third);
    await third.engine.open();
    expect(await exports.list()).toEqual([]);
  });

  describe('that cannot be used', () => {
    const changed = async (change: (bytes: Uint8Array) => Uint8Array) =>
      new Blob([change(new Uint8Array(await file.arrayBuffer())) as Uint8Array<ArrayBuffer>]);
    const codeOf = (work: Promise<unknown>) => work.then(() => 'read', errorCode);

    const cases: readonly (readonly [string, () => Promise<Blob>, string, string])[] = [
      ['with another passphrase', async () => file, 'seven quiet boots', 'backup-passphrase-wrong'],
      ['that is something else', async () => new Blob(['PK'.repeat(200)]), PASSPHRASE, 'backup-foreign'],
      ['that is empty', async () => new Blob([]), PASSPHRASE, 'backup-foreign'],
      ['that is cut', () => changed((bytes) => bytes.slice(0, -70_000)), PASSPHRASE, 'backup-truncated'],
      [
        'that is damaged near its end',
        () => changed((bytes) => bytes.with(bytes.length - 5, 1 ^ (bytes.at(-5) as number))),
        PASSPHRASE,
        'backup-damaged'
      ]
    ];

    test.each(cases)('%s changes nothing and says which it is', async (_, make, passphrase, code) => {
      const from = await make();
      const { browser, tab, status } = await emptyTwin();
      const empty = await dumpOf(browser, status);
      expect(await codeOf(tab.engine.backups.merge(from, passphrase, never))).toBe(code);
      expect(await dumpOf(browser, status)).toEqual(empty);
      const fresh = await offline(createFakeNetwork(clock));
      expect(await codeOf(restore(fresh, from, passphrase))).toBe(code);
      expect(await profilesOf(fresh)).toEqual([]);
    });

    test('since it is of another account is refused', async () => {
      const browser = await offline(createFakeNetwork(clock));
      const tab = openTab(browser);
      const status = await tab.engine.create('Cleo');
      const empty = await dumpOf(browser, status);
      expect(await codeOf(tab.engine.backups.merge(file, PASSPHRASE, never))).toBe('backup-other-account');
      expect(await dumpOf(browser, status)).toEqual(empty);
    });

    test('since its account is here already, or on another network, is refused', async () => {
      const { browser } = await emptyTwin();
      expect(await codeOf(restore(browser))).toBe('profile-exists');
      const elsewhere = await offline(createFakeNetwork(clock));
      elsewhere.network = TESTNET;
      expect(await codeOf(restore(elsewhere))).toBe('backup-other-network');
      expect(await profilesOf(elsewhere)).toEqual([]);
    });

    test('with a passphrase that is too short is not written', async () => {
      expect(await codeOf(story.tab.engine.backups.write('short', null, never))).toBe('passphrase-too-short');
    });
  });

  test('ends when asked to, with nothing left', async () => {
    const { browser, tab, status } = await emptyTwin();
    const empty = await dumpOf(browser, status);
    for (const phase of ['key', 'checking', 'adding'] as const) {
      const controller = new AbortController();
      browser.storage.onCommit = (name) => {
        if (phase === 'adding' && name === 'import messages') controller.abort();
      };
      const watching = setInterval(() => {
        if (tab.events.some((event) => event.type === 'backup' && event.phase === phase)) controller.abort();
      }, 0);
      if (phase === 'key') controller.abort();
      const ended = tab.engine.backups.merge(file, PASSPHRASE, controller.signal);
      const result = await ended.then(
        () => 'read',
        (error: unknown) => (error as Error).name
      );
      clearInterval(watching);
      browser.storage.onCommit = undefined;
      tab.events.length = 0;
      if (result === 'read') continue;
      expect(result).toBe('AbortError');
      expect(await dumpOf(browser, status)).toEqual(empty);
    }
  });
});

async function storeOf(browser: TestBrowser, tab: TestTab): Promise<ProfileStore> {
  const status = await tab.engine.open();
  if (!('profileId' in status)) throw new Error('no profile');
  return openProfile(browser.storage.environment, status.profileId);
}

/** Takes one file away, as clearing media does. */
async function forgetFile(
  browser: TestBrowser,
  tab: TestTab,
  messageId: string,
  mediaId: string
): Promise<void> {
  const store = await storeOf(browser, tab);
  await updateStoredMessage(store, messageId, 'clear media', (content) => ({
    ...content,
    attachments: (content.attachments ?? []).map((attachment) =>
      attachment.mediaId === mediaId
        ? { ...attachment, mediaId: null, state: 'expired' as const }
        : attachment
    )
  }));
  store.db.close();
}

async function setDeadline(
  browser: TestBrowser,
  tab: TestTab,
  messageId: string,
  atMs: number
): Promise<void> {
  const store = await storeOf(browser, tab);
  await updateStoredMessage(store, messageId, 'start timer', (content) => ({
    ...content,
    ...(content.disappears && { disappears: { ...content.disappears, atMs } })
  }));
  store.db.close();
}

async function profilesOf(browser: TestBrowser): Promise<string[]> {
  const { indexedDB } = browser.storage.indexedDb;
  return (await indexedDB.databases()).map(({ name }) => String(name)).filter((name) => name !== 'onionskin');
}

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
