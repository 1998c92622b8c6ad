// The Exposure screen: its rows are what the gateway and the nodes wrote down in the same run; a change is looked at before it
// is made; the high-risk preset can be taken back to the last value.
import type { Locator, Page } from '@playwright/test';
import { cspDirectives } from '../../scripts/lib/security-policy.mjs';
import { exposure as text } from '../../src/lib/text/en/exposure.ts';
import { parties } from '../../src/lib/text/en/parties.ts';
import { recordExposure, type ExposureRecord } from '../support/exposure-record.ts';
import { createRecordingProxy, type RecordingProxy } from '../support/recording-proxy.ts';
import { testPng } from '../support/test-png.ts';
import { openRows, shownContacts } from './exposure-shown.ts';
import { expect, test, type WorkerFixtures } from './fixtures.ts';
import {
  CONNECT_TIMEOUT_MS,
  createAccount,
  expectSent,
  message,
  openConversation,
  openSettings,
  ownAccountId,
  say,
  setItSo,
  startConversation
} from './people.ts';

const main = (page: Page) => page.getByRole('main');
/** The row of a party, or its card. */
const row = (page: Page, party: string): Locator =>
  main(page)
    .getByRole('row', { name: new RegExp(`^(.*: )?${party}`) })
    .or(main(page).getByRole('list', { name: text.table }).getByRole('listitem').filter({ hasText: party }))
    .first();

test.describe('the rows @full', () => {
  let proxy: RecordingProxy;
  let record: ExposureRecord;
  let ownId: string;
  let app: Page;

  test.beforeEach(async ({ browser, stack, gatewayAddress }) => {
    proxy = await createRecordingProxy({ targetHost: gatewayAddress.host, targetPort: gatewayAddress.port });
    const baseURL = `http://127.0.0.1:${proxy.port}`;
    const context = await browser.newContext({ baseURL });
    app = await context.newPage();
    await createAccount(app, 'Ana');
    ownId = await ownAccountId(app);
    await startConversation(app, String(stack.localnet.echoAccountId));
    await say(app, 'Before it counts');
    await expectSent(app, 'Before it counts');
    await expect(message(app, 'Before it counts')).toHaveCount(2, { timeout: CONNECT_TIMEOUT_MS });
    // The engine ends with its page; what it had under way ends too. The next one begins with nothing noted.
    await app.goto('about:blank');
    await stack.localnet.settle();
    record = recordExposure(stack.localnet, proxy);
    await app.goto(baseURL);
    await openConversation(app, 'Echo');
  });
  test.afterEach(async ({ stack }) => {
    await app.context().close();
    record.stop();
    await proxy.close();
    for (const node of stack.localnet.nodes) if (!node.isRunning) await node.start();
  });

  /** Waits for a moment in which nothing is on its way. */
  async function expectSameAccounts(net: WorkerFixtures['stack']['localnet']): Promise<void> {
    await openSettings(app, 'Exposure');
    await expect(row(app, text.parties['own-swarm'])).toBeVisible({ timeout: CONNECT_TIMEOUT_MS });
    await expect(async () => {
      await openRows(app);
      const shown = await shownContacts(app, net);
      expect(shown).toEqual(record.read(ownId));
    }).toPass({ timeout: 60_000, intervals: [300] });
  }

  const exchange = async (words: string) => {
    await say(app, words);
    await expectSent(app, words);
    await expect(message(app, words)).toHaveCount(2, { timeout: CONNECT_TIMEOUT_MS });
  };

  test('are the connections recorded, with words to Echo alone', async ({ stack }) => {
    await exchange('Only words');
    await expectSameAccounts(stack.localnet);
    await expect(row(app, text.parties['other-swarm'])).toBeVisible();
    await expect(row(app, text.parties['file-server'])).toHaveCount(0);
    await expect(row(app, text.parties.names)).toHaveCount(0);
  });

  test('are the connections recorded, with a picture', async ({ stack }) => {
    const chooser = app.waitForEvent('filechooser');
    await app.getByRole('button', { name: 'Attach files' }).click();
    await (await chooser).setFiles({ name: 'harbour.png', mimeType: 'image/png', buffer: testPng(640, 400) });
    await say(app, 'With a picture');
    await expectSent(app, 'With a picture');
    await expectSameAccounts(stack.localnet);
    await expect(row(app, text.parties['file-server'])).toBeVisible();
  });

  test('are the connections recorded, with an Entry Node that died', async ({ stack }) => {
    await exchange('While it lives');
    await openSettings(app, 'Path');
    const entry = main(app).getByRole('listitem').filter({ hasText: 'Entry Node' });
    const [address] = /127\.\d+\.\d+\.\d+/.exec((await entry.textContent()) ?? '') ?? [];
    const dead = stack.localnet.nodes.find(({ ip }) => ip === address);
    await dead?.stop();
    await expectSameAccounts(stack.localnet);
    await expect
      .poll(
        async () => {
          await openRows(app);
          return main(app)
            .getByRole('listitem')
            .filter({ hasText: `${address}` })
            .allTextContents();
        },
        { timeout: 60_000 }
      )
      .toContainEqual(expect.stringMatching(/Entry Node:.*lost on the way/s));
    await expectSameAccounts(stack.localnet);
  });
});

test.describe('a change @full', () => {
  test('is shown in the rows before it is made, by keyboard alone', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await createAccount(page, 'Ana');
    await openSettings(page, 'Exposure');
    const receipts = main(page).getByRole('switch', { name: 'Read Receipts' });
    await receipts.focus();
    await page.keyboard.press('Space');
    const question = main(page).getByRole('group', { name: /1 row would change/ });
    await expect(question).toBeFocused();
    await expect(receipts).toBeChecked();
    const people = row(page, text.parties.people);
    await expect(people).toContainText(text.words.sendingAndReading);
    await expect(people).toContainText(text.now({ word: text.words.sending }));

    await page.keyboard.press('Tab');
    await expect(question.getByRole('button', { name: text.keep })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(question).toBeHidden();
    await expect(receipts).toBeFocused();
    await expect(receipts).not.toBeChecked();
    await expect(people).not.toContainText(text.words.sendingAndReading);

    await page.keyboard.press('Space');
    await expect(question).toBeFocused();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect(question.getByRole('button', { name: text.confirm })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(receipts).toBeChecked();
    await expect(people).toContainText(text.words.sendingAndReading);
    await expect(people).not.toContainText('now:');
    // It is the setting itself, not a picture of it.
    await openSettings(page, 'Privacy');
    await expect(main(page).getByRole('switch', { name: 'Read Receipts' })).toBeChecked();
  });

  test('by the high-risk preset is listed, made at once, and taken back to the last value', async ({
    page
  }) => {
    await createAccount(page, 'Ana');
    await openSettings(page, 'Privacy');
    await main(page).getByRole('switch', { name: 'Read Receipts' }).click();
    await setItSo(page);
    await openSettings(page, 'Exposure');
    const switches = main(page).getByRole('switch');
    await expect(main(page).getByRole('switch', { name: 'Read Receipts' })).toBeChecked();
    const stands = () => switches.evaluateAll((all) => all.map((one) => (one as HTMLInputElement).checked));
    const before = await stands();
    const set = async () => {
      await main(page).getByRole('button', { name: text.review }).click();
      const list = main(page).getByRole('list', { name: text.presetList });
      await expect(list).toContainText(text.switches.readReceipts.carefully);
      await expect(list).not.toContainText(text.switches.typingIndicators.carefully);
      await main(page)
        .getByRole('button', { name: /^Set \d switches$/ })
        .click();
      await expect(main(page).getByRole('switch', { name: 'Read Receipts' })).not.toBeChecked();
    };
    await set();
    expect(await stands()).not.toEqual(before);
    await expect(main(page).getByText(text.presetNothing)).toBeVisible();
    await page.reload();
    await main(page).getByRole('button', { name: text.undo }).click();
    await expect(main(page).getByRole('switch', { name: 'Read Receipts' })).toBeChecked();
    expect(await stands()).toEqual(before);
    await expect(main(page).getByRole('button', { name: text.undo })).toBeHidden();
  });
});

test('every host the browser may reach is listed under Transparency @full', async ({
  page,
  gatewayAddress
}) => {
  await createAccount(page, 'Ana');
  const response = await page.request.get('/');
  const policy = response.headers()['content-security-policy'] ?? '';
  await openSettings(page, 'Transparency and code');
  const listed = main(page).getByRole('list', { name: parties.hostsHeading }).getByRole('listitem');
  const hosts = (await listed.allInnerTexts()).map((line) => line.split(/\s/)[0]);
  expect(hosts).toEqual([`${gatewayAddress.host}:${gatewayAddress.port}`]);
  // This build names no other gateway; the policy the browser enforces says the same.
  expect(cspDirectives({})['connect-src']).toEqual(['self']);
  expect(/connect-src ([^;]*)/.exec(policy)?.[1]?.trim()).toBe("'self'");
});
