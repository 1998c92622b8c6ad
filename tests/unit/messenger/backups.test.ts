// Backups: written and read again, made into a profile, taken into one.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { errorCode } from '../../../src/lib/errors.ts';
import { TESTNET } from '../../../src/lib/networks.ts';
import {
  createExportFiles,
  openProfile,
  updateStoredMessage,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { UNSENT_CODE } from '../../../src/lib/storage/backup-write.ts';
import { eventually, type TestBrowser, type TestTab } from '../../support/engine-device.ts';
import { createFakeOrigin } from '../../support/fake-directory.ts';
import { createFakeNetwork } from '../../support/engine-fakes.ts';
import { type ProfileDump } from '../../support/profile-dump.ts';
import { readZip } from '../../support/zip-reader.ts';
import {
  createStoryteller,
  accountIdOf,
  withPage,
  dumpOf,
  profilesOf,
  asRestored,
  withoutDefaults,
  type Story
} from '../../support/told-story.ts';

const { clock, tabs, closeTabs, browserOn, offline, openTab, tellStory } = await createStoryteller();
const never = new AbortController().signal;
const PASSPHRASE = 'seven quiet boats';

afterEach(closeTabs);

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
