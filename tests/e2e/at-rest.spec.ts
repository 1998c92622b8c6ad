// What is left of a profile for who takes its files or looks into the memory of its tabs (design.md §6), before and after it is
// locked. The same program, the same scan and the same search say both.
import { randomBytes } from 'node:crypto';
import { decodeRecoveryPassword } from '../../src/lib/crypto/index.ts';
import { createScanner, hexSecret, phraseSecrets, textSecret } from '../support/plaintext-scanner.ts';
import { openStolenProfile } from '../support/stolen-profile.ts';
import { expect, test } from './fixtures.ts';
import { searchHeap } from './heap-search.ts';
import { goToChats, lockNow, PASSPHRASE, setPassphrase, unlock } from './lock-steps.ts';
import {
  createAccount,
  createPerson,
  expectSent,
  message,
  openConversation,
  ownAccountId,
  recoveryWords,
  say,
  startConversation,
  type Person
} from './people.ts';

function canary(): string {
  return [...randomBytes(24)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test.describe('a profile that is taken', { tag: ['@full', '@once'] }, () => {
  const people: Person[] = [];
  test.afterEach(async () => {
    for (const person of people.splice(0)) await person.forget();
  });

  async function comeIn(baseUrl: string) {
    const told = { name: canary(), text: canary() };
    const ana = await createPerson('Ana', { baseUrl });
    people.push(ana);
    await createAccount(ana.page, told.name);
    const anaId = await ownAccountId(ana.page);
    const words = await recoveryWords(ana.page);
    await startConversation(ana.page, anaId);
    await say(ana.page, told.text);
    await expectSent(ana.page, told.text);
    return { ana, anaId, words, told, seed: decodeRecoveryPassword(words.join(' ')) };
  }

  test('as files opens with the device key that lies among them, and after a passphrase was set, to nobody without it', async ({
    baseURL
  }) => {
    test.setTimeout(240_000);
    const { ana, anaId, words, told, seed } = await comeIn(baseURL as string);
    const scanner = createScanner([
      textSecret('name', told.name),
      textSecret('text', told.text),
      textSecret('passphrase', PASSPHRASE),
      textSecret('Account ID', anaId),
      hexSecret('seed', hex(seed)),
      ...phraseSecrets(words)
    ]);
    const scan = async () => (await scanner.scanDirectory(ana.profileDirectory)).findings;

    // A device key alone: nothing is to be read, and everything is to be opened.
    await ana.leave();
    expect(await scan()).toEqual([]);
    const open = await openStolenProfile(ana.profileDirectory);
    expect(open.roots).toBe(1);
    expect(open.rows.join('\n')).toContain(told.name);
    expect(open.rows.join('\n')).toContain(told.text);
    expect(open.rows.join('\n')).toContain(Buffer.from(seed).toString('base64'));

    // Opened and closed again and again, as over weeks, the databases of a browser keep what was deleted.
    for (let visit = 0; visit < 3; visit++) {
      await ana.comeBack();
      await openConversation(ana.page, 'Note to Self');
      await say(ana.page, `visit ${visit}`);
      await expectSent(ana.page, `visit ${visit}`);
      await ana.leave();
    }
    await ana.comeBack();
    await setPassphrase(ana.page);
    await ana.leave();
    expect(await scan()).toEqual([]);
    expect(await openStolenProfile(ana.profileDirectory)).toMatchObject({ roots: 0, rows: [] });
    expect(await openStolenProfile(ana.profileDirectory, 'four brown owls')).toMatchObject({ roots: 0 });

    // The control: the same program opens it all with the passphrase.
    const guessed = await openStolenProfile(ana.profileDirectory, PASSPHRASE);
    expect(guessed.roots).toBe(1);
    expect(guessed.rows.join('\n')).toContain(told.text);

    // Opened once more, written to, and locked by hand.
    await ana.comeBack();
    await unlock(ana.page);
    await goToChats(ana.page);
    await openConversation(ana.page, 'Note to Self');
    await say(ana.page, 'after the lock');
    await expectSent(ana.page, 'after the lock');
    await lockNow(ana.page);
    await ana.leave();
    expect(await scan()).toEqual([]);
    expect(await openStolenProfile(ana.profileDirectory)).toMatchObject({ roots: 0, rows: [] });
  });

  test('as memory holds keys and messages until it is locked, and none of them afterwards', async ({
    baseURL
  }) => {
    test.setTimeout(180_000);
    const { ana, told } = await comeIn(baseURL as string);
    const { page } = ana;
    const needles = [told.text, told.name];
    await setPassphrase(page);
    await goToChats(page);
    await openConversation(page, 'Note to Self');
    await expect(message(page, told.text)).toBeVisible();

    const before = await searchHeap(page, needles);
    expect(before.places).toEqual(['page', 'worker']);
    expect(before.found).toEqual(
      expect.arrayContaining([
        `page: text "${told.text}"`,
        'page: key that opens meta/profile',
        'worker: key that opens meta/profile',
        'worker: key that opens meta/identity'
      ])
    );
    // The page never held what is the worker's alone.
    expect(before.found).not.toContain('page: key that opens meta/identity');

    await lockNow(page);
    const after = await searchHeap(page, needles);
    expect(after).toEqual({ places: ['page', 'worker'], found: [] });
    await unlock(page);
    const again = await searchHeap(page, needles);
    expect(again.found).toContain('worker: key that opens meta/identity');
  });
});
