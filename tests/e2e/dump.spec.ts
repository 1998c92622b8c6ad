// The dump test (design.md §6): nothing of a conversation stands in the closed browser profile in plain. Its control:
// with the sealing of rows turned off in the browser, the same scan of the same story finds every canary.
import { randomBytes } from 'node:crypto';
import type { BrowserContext } from '@playwright/test';
import {
  createScanner,
  hexSecret,
  phraseSecrets,
  textSecret,
  type Secret
} from '../support/plaintext-scanner.ts';
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  createPerson,
  expectSent,
  message,
  openRequest,
  ownAccountId,
  recoveryWords,
  say,
  startConversation,
  type Person
} from './people.ts';
import { openWithoutSealing } from './unsealed.ts';

/** 32 characters that stand nowhere by chance. */
function canary(): string {
  return randomBytes(24).toString('base64url');
}

interface Told {
  readonly ownName: string;
  readonly contactName: string;
  readonly sentText: string;
  readonly receivedText: string;
  readonly secrets: Secret[];
}

/** A conversation typed through the real screens, a reload, a clean close. */
async function tellTheStory(ana: Person, ben: Person): Promise<Told> {
  const told = { ownName: canary(), contactName: canary(), sentText: canary(), receivedText: canary() };
  await createAccount(ana.page, told.ownName);
  await createAccount(ben.page, told.contactName);
  const anaId = await ownAccountId(ana.page);
  const benId = await ownAccountId(ben.page);
  const words = await recoveryWords(ana.page);
  await startConversation(ana.page, benId);
  await say(ana.page, told.sentText);
  await expectSent(ana.page, told.sentText);
  await openRequest(ben.page, told.ownName);
  await say(ben.page, told.receivedText);
  await expect(message(ana.page, told.receivedText)).toHaveCount(1, { timeout: 10_000 });
  await ana.page.getByRole('textbox', { name: 'Message', exact: true }).fill('a draft that is never sent');
  await ana.page.reload();
  await expect(message(ana.page, told.sentText)).toHaveCount(1);
  await ana.leave();
  const seedHex = await seedOf(words);
  return {
    ...told,
    secrets: [
      textSecret('own name', told.ownName),
      textSecret('contact name', told.contactName),
      textSecret('sent text', told.sentText),
      textSecret('received text', told.receivedText),
      textSecret('own Account ID', anaId),
      hexSecret('own public key', anaId.slice(2)),
      textSecret('contact Account ID', benId),
      hexSecret('contact public key', benId.slice(2)),
      hexSecret('seed', seedHex),
      ...phraseSecrets(words)
    ]
  };
}

async function seedOf(words: readonly string[]): Promise<string> {
  const { decodeRecoveryPassword } = await import('../../src/lib/crypto/index.ts');
  return Buffer.from(decodeRecoveryPassword(words.join(' '))).toString('hex');
}

test.describe('a closed browser profile', () => {
  const people: Person[] = [];
  test.afterEach(async () => {
    for (const person of people.splice(0)) await person.forget();
  });

  async function pair(
    baseUrl: string,
    prepare?: (context: BrowserContext) => Promise<void>
  ): Promise<[Person, Person]> {
    const ana = await createPerson('Ana', {
      baseUrl,
      ...(prepare ? { prepare, serviceWorkers: 'block' as const } : {})
    });
    const ben = await createPerson('Ben', { baseUrl });
    people.push(ana, ben);
    return [ana, ben];
  }

  test('holds no name, text, Account ID, seed or recovery words', async ({ baseURL }) => {
    const [ana, ben] = await pair(baseURL as string);
    const told = await tellTheStory(ana, ben);
    const scan = await createScanner(told.secrets).scanDirectory(ana.profileDirectory);
    expect(scan.findings).toEqual([]);
    expect(scan.files).toBeGreaterThan(10);
  });

  test('gives all of them to the same scan when rows are not sealed (control)', async ({ baseURL }) => {
    const [ana, ben] = await pair(baseURL as string, openWithoutSealing);
    const told = await tellTheStory(ana, ben);
    const scan = await createScanner(told.secrets).scanDirectory(ana.profileDirectory);
    const found = new Set(scan.findings.map((finding) => finding.label));
    for (const label of [
      'own name',
      'contact name',
      'sent text',
      'received text',
      'contact Account ID',
      'seed'
    ]) {
      expect([...found]).toContain(label);
    }
  });
});
