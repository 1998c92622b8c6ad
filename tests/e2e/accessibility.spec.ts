// No screen has a violation that axe can find, in any theme and size (ux.md §7).
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ACCENTS, type Theme } from '../../src/lib/state/appearance.ts';
import { dress } from './dress.ts';
import { expect, test, type WorkerFixtures } from './fixtures.ts';
import { createStranger } from './hostile-people.ts';
import { createAccount, openRequest, ownAccountId } from './people.ts';
import { knownComponents, settingsRoutes, shownClasses } from './seen-components.ts';
import { tour, tourConversation, tourEmpty, tourStart } from './screens.ts';

/** One line a violation: rule, how many elements, the first of them. */
async function violations(page: Page): Promise<string[]> {
  // The app has no frames, so axe need not open a second page to put the parts of its result together.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations: found } = await axe.analyze();
  return found.map(({ id, help, nodes }) => {
    const first = nodes[0];
    return `${id} (${nodes.length}): ${help}; ${first?.target.join(' ')} ${first?.any[0]?.message ?? ''}`;
  });
}

/** A step that nobody sees as one. */
const SHORT_MS = 50;

/** What moves at this moment, by its name and element. */
function motions(page: Page): Promise<string[]> {
  return page.evaluate((shortMs) => {
    const lasting = document.getAnimations().filter((animation) => {
      const { duration } = animation.effect?.getTiming() ?? {};
      return animation.playState === 'running' && typeof duration === 'number' && duration > shortMs;
    });
    return lasting.map(({ effect, id }) => {
      const target = effect instanceof KeyframeEffect ? effect.target : null;
      return `${id} ${target?.className ?? ''}`;
    });
  }, SHORT_MS);
}

/** Collects over a whole tour, so that one run names everything. */
function collector(page: Page) {
  const found: string[] = [];
  const looks: string[] = [];
  const classes = new Set<string>();
  return {
    found,
    looks,
    classes,
    async look(name: string) {
      looks.push(name);
      for (const shown of await shownClasses(page)) classes.add(shown);
      for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
      // Every tour of axe is made with motion reduced (ux.md §7).
      for (const motion of await motions(page)) found.push(`${name}: moves ${motion}`);
    }
  };
}

const stackOf = ({ localnet }: WorkerFixtures['stack']) => ({
  localnet,
  echoAccountId: String(localnet.echoAccountId)
});

/** Components that no tour of a working app can show, and where axe looks at them. */
const SEEN_ELSEWHERE: Readonly<Record<string, string>> = {
  CameraView: 'needs a camera',
  ScanDialog: 'needs a camera',
  DropVeil: 'stands while a file is dragged',
  Progress: 'stands for moments',
  TransferLine: 'stands for moments',
  MiniPlayer: 'stands while a sound plays on',
  SoundPlayer: 'a sound file, shown as the voice message is',
  RecoveryReminder: 'comes after days',
  RuleDialog: 'needs media that are months old',
  NotificationSettings: 'has a style for a refused permission alone',
  BackupOutcome: 'stands once a backup is made',
  BackupProgressLine: 'stands while a backup is made',
  OldMessages: 'stands once a backup was opened',
  StrengthMeter: 'stands while a passphrase is typed',
  ReadableCopy: 'stands behind a warning',
  RecoverySheet: 'for paper alone',
  PressureBar: 'needs a disk that is nearly full',
  StartProblem: 'needs a database that is broken',
  StartNotice: 'the test of a start that fails',
  WrongNetwork: 'the test of a start that fails',
  Unsupported: 'the test of a start that fails'
};

/** Dialogs and menus made of other components alone: the look at which they are open. */
const OPENED_BY_LOOK: Readonly<Record<string, string>> = {
  MessageMenu: 'menu of a message',
  ConversationMenu: 'menu of a chat',
  MuteMenu: 'menu that mutes',
  DeleteChatDialog: 'dialog "Delete" of a chat'
};

/** A tour takes as long as its checks; the number of them grows with the screens. */
const TOUR_TIMEOUT_MS = 480_000;

test('axe finds nothing on any screen @full', async ({ page, stack }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  const { look, found, looks, classes } = collector(page);
  await tour({ ...stackOf(stack), page, look });
  expect(found).toEqual([]);
  expect(looks).toEqual(expect.arrayContaining(settingsRoutes().map((route) => `settings${route}`)));
  const { byClass, unstyled } = knownComponents();
  const unseen = [...byClass].flatMap(([name, component]) => (classes.has(name) ? [] : [component]));
  expect(unseen.filter((component) => !(component in SEEN_ELSEWHERE))).toEqual([]);
  for (const component of unstyled.filter((name) => /(Dialog|Menu)$/.test(name))) {
    expect(looks, component).toContain(OPENED_BY_LOOK[component]);
  }
});

test('axe finds nothing on the screens of a newcomer', async ({ page, stack }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  const { look, found, looks } = collector(page);
  const options = { page, echoAccountId: stack.localnet.echoAccountId as string, look };
  await tourStart(options);
  await tourEmpty(options);
  expect(found).toEqual([]);
  expect(looks.length).toBeGreaterThan(8);
});

test('axe finds nothing where a stranger wrote, was accepted, and was blocked @full', async ({
  page,
  stack
}) => {
  await dress(page, { theme: 'light' });
  await createAccount(page, 'Ana');
  let timeMs = Date.now();
  const mara = await createStranger(stack.localnet, 'Mara', () => (timeMs += 1));
  await mara.write(await ownAccountId(page), 'We met on the ferry');
  await openRequest(page, 'Mara');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('main').getByRole('button', { name: 'Accept' }).click();
  await expect(page.getByText('You accepted Mara')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('main').getByRole('button', { name: 'More' }).last().click();
  await page.getByRole('menuitem', { name: 'Block' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await expect(page.getByRole('button', { name: 'Unblock' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('axe sees a fault that is planted on a screen', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('textbox', { name: 'Display name' })).toBeVisible();
  await page.getByRole('main').evaluate((main) => {
    const button = document.createElement('button');
    const faint = document.createElement('p');
    faint.textContent = 'Hardly to be read';
    faint.style.setProperty('color', '#eee');
    faint.style.setProperty('background-color', '#fff');
    main.append(button, faint);
  });
  const rules = (await violations(page)).map((line) => line.split(' ')[0]);
  expect(rules).toContain('button-name');
  expect(rules).toContain('color-contrast');
});

const OTHER_LOOKS: readonly { theme: Theme; scheme?: 'light' | 'dark' }[] = [
  { theme: 'light' },
  { theme: 'dark', scheme: 'dark' },
  { theme: 'ocean-light' },
  { theme: 'ocean-dark', scheme: 'dark' },
  { theme: 'contrast' },
  { theme: 'contrast', scheme: 'dark' }
];

for (const look of OTHER_LOOKS) {
  test(`axe finds nothing in ${look.theme}, ${look.scheme ?? 'light'} @full`, async ({ page, stack }) => {
    test.setTimeout(TOUR_TIMEOUT_MS);
    await dress(page, look);
    const collected = collector(page);
    await tour({ ...stackOf(stack), page, look: collected.look });
    expect(collected.found).toEqual([]);
  });
}

for (const theme of ['light', 'dark'] as const) {
  for (const accent of ACCENTS) {
    test(`axe finds nothing with ${accent} in ${theme} @full`, async ({ page, stack }) => {
      test.setTimeout(TOUR_TIMEOUT_MS);
      await dress(page, { theme, accent, scheme: theme });
      const { look, found } = collector(page);
      const options = { page, echoAccountId: stack.localnet.echoAccountId as string, look };
      await tourStart(options);
      await tourEmpty(options);
      await tourConversation(options);
      expect(found).toEqual([]);
    });
  }
}

test.describe('where the app cannot show its screens', () => {
  test.use({ serviceWorkers: 'block' });

  test('axe finds nothing: a missing part of the browser, another network, an account that is back @full', async ({
    page,
    context,
    stack
  }) => {
    await dress(page, { theme: 'light' });
    await page.goto('/restore');
    const phrase = 'amaze buffet cake entrance symptoms tiger lamb maze nestle python dusted faxed faxed';
    await page.getByRole('textbox', { name: 'Recovery Password' }).fill(phrase);
    await page.getByRole('button', { name: 'Restore account' }).click();
    const name = page.getByRole('textbox', { name: 'Display name' });
    await expect(name).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await name.fill('Ana');
    await name.press('Enter');
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();

    await context.route('**/network.json', async (route) => {
      const response = await route.fetch();
      const network = (await response.json()) as { id: string };
      await route.fulfill({ response, json: { ...network, id: 'ab'.repeat(32) } });
    });
    await page.goto('/');
    await expect(page.getByText('another network').first()).toBeVisible();
    expect(await violations(page)).toEqual([]);

    const bare = await context.newPage();
    await bare.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
    await bare.goto(stack.origin);
    await expect(bare.getByRole('alert')).toContainText('This browser lacks something');
    expect(await violations(bare)).toEqual([]);
  });
});

test('axe finds nothing in forced colours @full', async ({ page, stack }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  await page.emulateMedia({ forcedColors: 'active' });
  const { look, found } = collector(page);
  const options = { ...stackOf(stack), page, look };
  await tourStart(options);
  await tourEmpty(options);
  await tourConversation(options);
  expect(found).toEqual([]);
});

test('text at 200 % runs nowhere out of the page @full', async ({ page, stack }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  await page.addInitScript(() => document.documentElement.style.setProperty('font-size', '200%'));
  const wide: string[] = [];
  const look = async (name: string) => {
    const [needs, has] = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth] as const;
    });
    if (needs > has) wide.push(`${name}: ${needs} of ${has}`);
  };
  await tour({ ...stackOf(stack), page, look });
  expect(wide).toEqual([]);
});
