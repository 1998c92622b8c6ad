// The other places where words of others end up, beside names and texts (xss.spec.ts): quotes, file names and captions,
// previews, rooms' names, everything a backup holds, addresses and codes, what a gateway answers.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { parseAccountId } from '../../src/lib/account-id.ts';
import { createBackupWriter, deriveBackupKeys } from '../../src/lib/backup/index.ts';
import { concatBytes } from '../../src/lib/bytes/index.ts';
import { createAccountSeed, deriveIdentity } from '../../src/lib/crypto/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { ContentInit } from '../../src/lib/wire/index.ts';
import {
  CHEAP_HEADER,
  CONVERSATION,
  MANIFEST,
  MESSAGE,
  PASSPHRASE,
  PROFILE
} from '../support/backup-file.ts';
import { expect, test } from './fixtures.ts';
import { allHostileStrings, HOSTILE_STRINGS } from './hostile-strings.ts';
import { createStranger } from './hostile-people.ts';
import { findFaults, walkTimeline, watch } from './hostile-watch.ts';
import { createAccount, ownAccountId } from './people.ts';

const NOTHING: string[] = [];
/** Strings that a screen shows as they are: short, on one line, with nothing invisible in them. */
const isPlain = (text: string) =>
  /^[\x21-\x7e][\x20-\x7e]{0,60}[\x21-\x7e]$/.test(text) && !/\s{2}/.test(text);
const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();

/** One message with the string in every field of it that is shown, and an invitation into a room of that name. */
function contentsOf(
  text: string,
  index: number,
  quoted: { id: bigint; author: string } | null
): ContentInit[] {
  const profile = { displayName: 'Talker' };
  const attachment = {
    id: BigInt(index + 1),
    contentType: text.slice(0, 100),
    key: randomBytes(64),
    digest: randomBytes(32),
    size: 1_000,
    fileName: text,
    caption: text,
    url: `http://files.example/file/${index + 1}`
  };
  const url = `https://hostile.invalid/${index}`;
  return [
    {
      dataMessage: {
        body: `${text} ${url}`,
        profile,
        attachments: [attachment],
        preview: [{ url, title: text }],
        ...(quoted && { quote: quoted })
      }
    },
    { dataMessage: { profile, communityInvitation: { url: `${url}/${text}`, name: text } } }
  ];
}

async function tellMessages(page: Page, net: Localnet, strings: readonly string[]): Promise<void> {
  const { events } = await watch(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await createAccount(page, 'Ana');
  const ana = await ownAccountId(page);
  let timeMs = Date.now() - strings.length * 2_000;
  const talker = await createStranger(net, 'Talker', () => (timeMs += 500));
  let quoted: { id: bigint; author: string } | null = null;
  for (const [index, text] of strings.entries()) {
    for (const content of contentsOf(text, index, quoted)) {
      const sentAtMs = await talker.send(ana, content);
      if (content.dataMessage?.body) quoted = { id: BigInt(sentAtMs), author: talker.accountId };
    }
  }
  // Once the last one is there, all are.
  await (await createStranger(net, 'Last one', () => (timeMs += 500))).write(ana, 'the last one');
  await page.getByRole('link', { name: 'Message Requests' }).first().click({ timeout: 60_000 });
  const requests = page.getByRole('navigation', { name: 'Message Requests' });
  await expect(requests.getByRole('link', { name: /Last one/ })).toBeVisible({ timeout: 60_000 });
  await requests.getByRole('link', { name: /Talker/ }).click();
  const log = page.getByRole('log', { name: 'Messages' });
  await expect(log.getByRole('article').first()).toBeVisible();
  // It opens at the first unread message; the walk begins at the end.
  const jump = page.getByRole('button', { name: /latest/i });
  await jump.click();
  await expect(jump).toBeHidden();
  const check = async () => expect(await findFaults(page)).toEqual(NOTHING);
  const texts = await walkTimeline(page, check, ':scope');
  const all = squeeze([...texts].join('\n'));
  const plain = strings.filter(isPlain);
  expect(plain.length).toBeGreaterThan(strings.length / 3);
  expect(plain.filter((text) => !all.includes(squeeze(text)))).toEqual(NOTHING);
  expect(await events()).toEqual(NOTHING);
}

test('quotes, file names, captions, previews and rooms of strangers do nothing @full', async ({
  page,
  stack
}) => {
  test.setTimeout(120_000);
  await tellMessages(page, stack.localnet, HOSTILE_STRINGS.slice(0, 30));
});

test('hundreds of them do nothing there @full', async ({ page, stack }) => {
  test.setTimeout(900_000);
  await tellMessages(page, stack.localnet, allHostileStrings());
});

/** A backup in which every text is one of the strings; half a character is refused before it is shown (docs/backup-format.md). */
async function hostileBackup(given: readonly string[], networkId: string): Promise<Uint8Array> {
  const strings = given.map((text) => text.toWellFormed());
  const keys = await deriveBackupKeys(PASSPHRASE, CHEAP_HEADER);
  const writer = createBackupWriter(CHEAP_HEADER, keys);
  const seed = createAccountSeed(systemRandom);
  const { accountId } = deriveIdentity(seed);
  const nth = (index: number) => strings[index % strings.length] as string;
  const parts = [
    writer.header,
    ...writer.add('manifest', { ...MANIFEST, accountId, networkId, app: nth(0) }),
    ...writer.addAccount(seed),
    ...writer.add('profile', {
      ...PROFILE,
      displayName: nth(1).slice(0, 60).toWellFormed(),
      hasPicture: false
    })
  ];
  for (const [index, text] of strings.entries()) {
    const other = parseAccountId(`05${(index + 1).toString(16).padStart(64, '0')}`);
    const name = text.slice(0, 100).toWellFormed();
    parts.push(
      ...writer.add('conversation', {
        ...CONVERSATION,
        accountId: other,
        name,
        nickname: index % 2 === 0 ? name : null,
        draft: text,
        pinned: false
      })
    );
    const { quote: _quote, ...message } = MESSAGE;
    const [attachment] = message.attachments ?? [];
    if (!attachment) throw new Error('the sample has an attachment');
    parts.push(
      ...writer.add('message', {
        ...message,
        authorId: other,
        text,
        reactions: [],
        attachments: [{ ...attachment, name: text, caption: text, state: 'remote' }]
      })
    );
  }
  return concatBytes(...parts, ...writer.finish());
}

async function tellBackup(
  page: Page,
  path: string,
  net: Localnet,
  strings: readonly string[],
  toOpen: number
): Promise<void> {
  const { events } = await watch(page);
  await writeFile(path, await hostileBackup(strings, net.descriptor.id));
  await page.goto('/');
  await page.getByRole('button', { name: 'I have an account' }).click();
  await page.getByRole('button', { name: 'Restore from a backup file' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /Choose/ }).click();
  await (await chooser).setFiles(path);
  await page.getByRole('textbox', { name: 'Passphrase' }).last().fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Restore backup' }).click();
  const list = page.getByRole('navigation', { name: 'Conversations' });
  await expect(list.getByRole('link').first()).toBeVisible({ timeout: 60_000 });
  expect(await findFaults(page)).toEqual(NOTHING);
  for (let look = 0; look < toOpen; look++) {
    const row = list.getByRole('link').nth(look);
    await row.click();
    await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
    await expect(page.getByRole('log', { name: 'Messages' }).getByRole('article').first()).toBeVisible();
    expect(await findFaults(page)).toEqual(NOTHING);
  }
  for (const text of strings.slice(0, toOpen)) {
    await page.getByRole('searchbox', { name: 'Search' }).first().fill(text.slice(0, 100));
    expect(await findFaults(page)).toEqual(NOTHING);
  }
  expect(await events()).toEqual(NOTHING);
}

test('a backup full of them shows them and nothing else @full', async ({ page, stack }, testInfo) => {
  test.setTimeout(600_000);
  const path = testInfo.outputPath('hostile.onionskin');
  await tellBackup(page, path, stack.localnet, allHostileStrings(), 8);
});

/** Puts each string where an Account ID, a link or the text of a code is expected. */
async function tellAddresses(page: Page, strings: readonly string[]): Promise<void> {
  const { events } = await watch(page);
  await createAccount(page, 'Ana');
  await page.goto('/new');
  const field = page.getByRole('textbox', { name: 'Account ID' });
  for (const text of strings) {
    await field.fill(text);
    expect(await findFaults(page)).toEqual(NOTHING);
  }
  for (const text of strings) {
    await page.evaluate((words) => (location.hash = `#/c/${words}`), text);
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('');
    expect(await findFaults(page)).toEqual(NOTHING);
  }
  expect(await events()).toEqual(NOTHING);
}

test('as addresses, codes and invite links they are refused as such', async ({ page }) => {
  await tellAddresses(page, HOSTILE_STRINGS.slice(0, 30));
});

test('hundreds of them are refused as addresses too @full', async ({ page }) => {
  test.setTimeout(600_000);
  await tellAddresses(page, allHostileStrings());
});

test('a gateway that answers with them is refused @full', async ({ context, page }) => {
  test.setTimeout(300_000);
  const { events } = await watch(page);
  const strings = allHostileStrings();
  let asked = 0;
  const next = () => strings[(asked += 1) % strings.length] as string;
  await context.route('**/gateway/v1/info', (route) => {
    const text = next();
    const forms = [
      text,
      JSON.stringify(text),
      JSON.stringify({ network: text, gateway_version: text, limits: { [text]: text } })
    ];
    return route.fulfill({ contentType: 'application/json', body: forms[asked % 3] as string });
  });
  await context.route('**/gateway/v1/nodes', async (route) => {
    const text = next();
    const list = (await (await route.fetch()).json()) as { nodes: object[] };
    const nodes = list.nodes.map((node) => ({ ...node, public_ip: text, pubkey_ed25519: text, swarm: text }));
    return route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify({ ...list, network: text, nodes })
    });
  });
  await createAccount(page, 'Ana');
  for (let look = 0; look < 10; look++) {
    const before = asked;
    await page.goto(look % 2 === 0 ? '/settings/path' : '/chats');
    await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThan(before);
    expect(await findFaults(page)).toEqual(NOTHING);
  }
  expect(await events()).toEqual(NOTHING);
});
