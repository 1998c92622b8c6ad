// The dump test (design.md §6): nothing of a profile stands in the closed browser profile in plain. Its control: with the
// sealing of rows turned off in the browser, the same scan of the same story finds every canary.
import { randomBytes } from 'node:crypto';
import type { BrowserContext, Page } from '@playwright/test';
import {
  createScanner,
  hexSecret,
  phraseSecrets,
  textSecret,
  type Secret
} from '../support/plaintext-scanner.ts';
import { testPng } from '../support/test-png.ts';
import { expect, test, type WorkerFixtures } from './fixtures.ts';
import { createStranger } from './hostile-people.ts';
import { openProfileOf, placesOf, type OpenedProfile } from './opened-profile.ts';
import { createPeer, type Peer } from './peer.ts';
import {
  CONNECT_TIMEOUT_MS,
  createAccount,
  createPerson,
  expectSent,
  goHome,
  message,
  openRequest,
  openSettings,
  ownAccountId,
  recoveryWords,
  say,
  setItSo,
  startConversation,
  type Person
} from './people.ts';
import { openWithoutSealing } from './unsealed.ts';

const ARRIVES = { timeout: CONNECT_TIMEOUT_MS };

/** 32 letters that stand nowhere by chance; one word, so that the search index has it whole. */
function canary(): string {
  return [...randomBytes(32)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
}

/** What the story puts into the profile, each with the words it is found by. */
function canaries() {
  return {
    'own name': canary(),
    'contact name': canary(),
    'sent text': canary(),
    'received text': canary(),
    draft: canary(),
    nickname: canary(),
    note: canary(),
    'file name': canary(),
    'file content': canary(),
    'name of a request': canary(),
    'text of a request': canary(),
    'name of a blocked one': canary()
  };
}
type Canaries = ReturnType<typeof canaries>;

/** Written in capitals, so that the index alone has it in small letters. */
const INDEXED = canary();

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });
const list = (page: Page) => page.getByRole('navigation', { name: 'Conversations' });

async function sendFiles(page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles(files);
  const tray = page.getByRole('group', { name: 'Files to send' });
  for (const { name } of files) await expect(tray.getByText(name)).toBeVisible(ARRIVES);
  // What is said of each once it is ready to leave.
  const ready = tray.getByText(/Place, time and device removed|Sent as it is/);
  await expect(ready).toHaveCount(files.length, ARRIVES);
  await page.getByRole('button', { name: 'Send message' }).click();
  const sent = page.getByRole('article', { name: /^You, .*(Picture|File)/ }).last();
  await expect(sent).toHaveAccessibleName(/Sent/, ARRIVES);
}

interface Told {
  readonly secrets: Secret[];
  /** What a program with the keys finds, so that the canaries are known to be there. */
  readonly opened: OpenedProfile;
  readonly canaries: Canaries;
}

interface Cast {
  readonly ana: Person;
  readonly ben: Peer;
  readonly benName: string;
  readonly localnet: WorkerFixtures['stack']['localnet'];
}

/** A life of a profile typed through the real screens, a reload, a clean close. */
async function tellTheStory(cast: Cast, told: Canaries, isSealed: boolean): Promise<Told> {
  const { ana, ben, localnet } = cast;
  const { page } = ana;
  await createAccount(page, told['own name']);
  const anaId = await ownAccountId(page);
  const words = await recoveryWords(page);
  await openSettings(page, 'Notifications');
  await page.getByRole('switch', { name: 'Show notifications' }).click();
  await setItSo(page);
  await goHome(page);

  // Note to Self: words, what only the index has in small letters, files.
  await startConversation(page, anaId);
  await say(page, `${told.note} ${INDEXED.toUpperCase()}`);
  await expectSent(page, told.note);
  await sendFiles(
    page,
    {
      name: `${told['file name']}.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.from(`${told['file content']}\n`.repeat(40))
    },
    { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(640, 400) }
  );

  // A contact with a nickname; what he writes while another chat is open is notified.
  await startConversation(page, ben.page.accountId);
  await say(page, told['sent text']);
  await expectSent(page, told['sent text']);
  await expect.poll(async () => (await ben.page.conversations()).length, ARRIVES).toBe(1);
  const [toAna] = await ben.page.conversations();
  await ben.commands().acceptRequest(toAna?.id ?? '');
  await expect(page.getByText('accepted your message request')).toBeVisible(ARRIVES);
  await goHome(page);
  await ben.commands().send(toAna?.id ?? '', told['received text']);
  const row = list(page).getByRole('link', { name: new RegExp(told['contact name']) });
  await expect(row).toHaveAccessibleName(/unread/, ARRIVES);
  await row.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Nickname' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Nickname' }).fill(told.nickname);
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await list(page)
    .getByRole('link', { name: new RegExp(told.nickname) })
    .click();
  await expect(message(page, told['received text'])).toHaveCount(1);

  // One stranger waits, another is blocked.
  let timeMs = Date.now();
  for (const name of ['name of a request', 'name of a blocked one'] as const) {
    const stranger = await createStranger(localnet, told[name], () => (timeMs += 1));
    await stranger.write(anaId, told['text of a request']);
  }
  await openRequest(page, told['name of a blocked one']);
  await page.getByRole('main').getByRole('button', { name: 'Block' }).click();
  // It leaves the conversation by itself.
  await expect(page.getByRole('log', { name: 'Messages' })).toBeHidden();
  await openRequest(page, told['name of a request']);
  await goHome(page);

  await list(page)
    .getByRole('link', { name: new RegExp(told.nickname) })
    .click();
  await composer(page).fill(told.draft);
  const places = async (text: string) => placesOf(await openProfileOf(page, { sealed: isSealed }), text);
  await expect.poll(() => places(told.draft), ARRIVES).toEqual(['conversations']);
  await goHome(page);
  await expect(list(page).getByRole('link', { name: /Draft/ })).toHaveCount(1);
  await page.reload();
  await expect.poll(() => places(INDEXED), ARRIVES).toContain('searchSegments');
  const opened = await openProfileOf(page, { sealed: isSealed });
  await ana.leave();
  return {
    opened,
    canaries: told,
    secrets: [
      ...Object.entries(told).map(([label, text]) => textSecret(label, text)),
      // Terms are stored without what they share with the one before.
      textSecret('word of the index', INDEXED.slice(6)),
      ...thumbnailSecrets(opened),
      textSecret('own Account ID', anaId),
      hexSecret('own public key', anaId.slice(2)),
      textSecret('contact Account ID', ben.page.accountId),
      hexSecret('contact public key', ben.page.accountId.slice(2)),
      hexSecret('seed', await seedOf(words)),
      ...phraseSecrets(words)
    ]
  };
}

/** Bytes out of the middle of every thumbnail and picture that is stored. */
function thumbnailSecrets({ files }: OpenedProfile): Secret[] {
  return files.flatMap(({ row, plain }) => {
    if (!plain || !row || !['thumbnail', 'image'].includes(row.kind)) return [];
    const middle = Math.floor(plain.length / 2);
    return [{ label: row.kind, bytes: plain.subarray(middle, middle + 32) }];
  });
}

async function seedOf(words: readonly string[]): Promise<string> {
  const { decodeRecoveryPassword } = await import('../../src/lib/crypto/index.ts');
  return Buffer.from(decodeRecoveryPassword(words.join(' '))).toString('hex');
}

test.describe('a closed browser profile', () => {
  const people: Person[] = [];
  const peers: Peer[] = [];
  test.afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.close();
    for (const person of people.splice(0)) await person.forget();
  });

  async function cast(
    { stack, told }: { stack: WorkerFixtures['stack']; told: Canaries },
    prepare?: (context: BrowserContext) => Promise<void>
  ): Promise<Cast> {
    const ana = await createPerson('Ana', {
      baseUrl: stack.origin,
      prepare: async (context) => {
        await context.grantPermissions(['notifications'], { origin: stack.origin });
        await prepare?.(context);
      },
      ...(prepare ? { serviceWorkers: 'block' as const } : {})
    });
    people.push(ana);
    const ben = await createPeer(stack, told['contact name']);
    peers.push(ben);
    return { ana, ben, benName: told['contact name'], localnet: stack.localnet };
  }

  test('holds no name, text, file, draft, search word, Account ID, seed or recovery words', async ({
    stack
  }) => {
    test.setTimeout(120_000);
    const told = canaries();
    const { secrets, opened } = await tellTheStory(await cast({ stack, told }), told, true);
    const [ana] = people as [Person];
    const scan = await createScanner(secrets).scanDirectory(ana.profileDirectory);
    expect(scan.findings).toEqual([]);
    expect(scan.files).toBeGreaterThan(10);
    // They were there all the same, for whoever has the keys.
    for (const text of Object.values(told)) expect(placesOf(opened, text)).not.toEqual([]);
    expect(secrets.map(({ label }) => label)).toEqual(expect.arrayContaining(['thumbnail', 'image']));
  });

  test('gives all of them to the same scan when rows are not sealed (control) @full @once', async ({
    stack
  }) => {
    test.setTimeout(120_000);
    const told = canaries();
    const { secrets } = await tellTheStory(await cast({ stack, told }, openWithoutSealing), told, false);
    const [ana] = people as [Person];
    const scan = await createScanner(secrets).scanDirectory(ana.profileDirectory);
    const found = new Set(scan.findings.map((finding) => finding.label));
    const wanted = [
      ...Object.keys(told),
      'word of the index',
      'thumbnail',
      'image',
      'own Account ID',
      'contact Account ID',
      'seed'
    ];
    expect(wanted.filter((label) => !found.has(label))).toEqual([]);
  });
});
