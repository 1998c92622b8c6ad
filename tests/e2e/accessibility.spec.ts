// No screen has a violation that axe can find, in any theme and size (ux.md §7).
import { IN_ACCENTS, THEMES, collector, colourFaults, violations } from './axe.ts';
import { dress } from './dress.ts';
import { expect, test, type WorkerFixtures } from './fixtures.ts';
import { createStranger } from './hostile-people.ts';
import { createAccount, openRequest, ownAccountId } from './people.ts';
import { knownComponents, settingsRoutes } from './seen-components.ts';
import { openWithLimits } from './small-room.ts';
import { SHOWN_FOR_MOMENTS, tourMoments } from './tour-moments.ts';
import { SHOWN_ABOUT_KEYS, tourProtection } from './tour-protection.ts';
import { tour, tourConversation, tourEmpty, tourStart } from './screens.ts';

const stackOf = ({ localnet }: WorkerFixtures['stack']) => ({
  localnet,
  echoAccountId: String(localnet.echoAccountId)
});

/** Components that no tour shows, and why. */
const NOT_TOURED: Readonly<Record<string, string>> = {
  Progress: 'stands while files are cleared or a backup is made: for less than a look takes',
  BackupProgressLine: 'stands while a backup is made: for less than a look takes',
  LockCover: 'stands from locking to loading anew: for less than a look takes',
  LockProof: 'has a style for a passkey that was refused alone',
  AboutCapabilities: 'stands in a release that keeps the results of its tests'
};

/** Components of one size of the window alone: the others have something else in their place. */
const ONE_SIZE: Readonly<Record<string, 'desktop' | 'phone'>> = {
  RequestsLink: 'phone',
  AccountMenu: 'desktop',
  ListResizer: 'desktop',
  MessageActions: 'desktop',
  Rail: 'desktop',
  RailLink: 'desktop'
};

/** Components shown where the app cannot show its screens. */
const SHOWN_IN_TROUBLE = [
  'OldMessages',
  'RestoreProgress',
  'StartNotice',
  'StartProblem',
  'Unsupported',
  'WrongNetwork'
];

/** Dialogs and menus made of other components alone: the look at which they are open. */
const OPENED_BY_LOOK: Readonly<Record<string, string>> = {
  MessageMenu: 'menu of a message',
  ConversationMenu: 'menu of a chat',
  MuteMenu: 'menu that mutes',
  DeleteChatDialog: 'dialog "Delete" of a chat',
  ChangeDialog: 'dialog of what a switch changes'
};

/** Names of the components among `wanted` that have not been shown. */
const missingOf = (wanted: readonly string[], classes: ReadonlySet<string>): string[] => {
  const shown = [...knownComponents().byClass].flatMap(([name, component]) =>
    classes.has(name) ? [component] : []
  );
  return wanted.filter((component) => !shown.includes(component));
};

/** A tour takes as long as its checks; the number of them grows with the screens. */
const TOUR_TIMEOUT_MS = 900_000;

test('axe finds nothing on any screen in any theme @full @tablet', async ({ page, stack }, { project }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  // Colours of a tablet are those of a desktop or a phone.
  const { look, found, looks, classes } = collector(page, project.name === 'tablet' ? [] : THEMES);
  await tour({ ...stackOf(stack), page, look });
  expect(found).toEqual([]);
  expect(looks).toEqual(expect.arrayContaining(settingsRoutes().map((route) => `settings${route}`)));
  const { byClass, unstyled } = knownComponents();
  const unseen = [...byClass].flatMap(([name, component]) => (classes.has(name) ? [] : [component]));
  const ofAnotherSize = Object.keys(ONE_SIZE).filter((name) => ONE_SIZE[name] !== project.name);
  const elsewhere = [
    ...SHOWN_FOR_MOMENTS,
    ...SHOWN_ABOUT_KEYS,
    ...SHOWN_IN_TROUBLE,
    ...Object.keys(NOT_TOURED),
    ...ofAnotherSize
  ];
  expect(unseen.filter((component) => !elsewhere.includes(component))).toEqual([]);
  for (const component of unstyled.filter((name) => /(Dialog|Menu)$/.test(name))) {
    expect(looks, component).toContain(OPENED_BY_LOOK[component]);
  }
});

test('axe finds nothing on the screens of a newcomer', async ({ page, stack }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  const { look, found, looks } = collector(page);
  const options = { ...stackOf(stack), page, look };
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
  const mara = await createStranger(stack.localnet, 'Mara');
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

test('axe finds nothing where keys are waited for, missed, asked for and replaced @full @tablet', async ({
  page
}, { project }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  const { look, found, classes } = collector(page, project.name === 'tablet' ? [] : THEMES);
  await createAccount(page, 'Ana');
  await tourProtection(page, look);
  expect(found).toEqual([]);
  expect(missingOf(SHOWN_ABOUT_KEYS, classes)).toEqual([]);
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

  await page.getByText('Hardly to be read').evaluate((faint) => {
    // As dark as text is on light paper, on paper that stays light.
    faint.style.setProperty('color', 'var(--ink)');
  });
  expect(await colourFaults(page, [{ theme: 'light', accent: 'airmail' }])).toEqual([]);
  const faults = await colourFaults(page, [{ theme: 'dark', accent: 'moss' }]);
  expect(faults).toEqual([expect.stringMatching(/^dark, moss: color-contrast/)]);
});

test('axe finds nothing in any accent @full', async ({ page, stack }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  const { look, found } = collector(page, IN_ACCENTS);
  const options = { ...stackOf(stack), page, look };
  await tourStart(options);
  await tourEmpty(options);
  await tourConversation(options);
  expect(found).toEqual([]);
});

test.describe('what is shown for moments', () => {
  test.use({ serviceWorkers: 'block' });
  test.afterEach(({ stack }) => stack.localnet.setFileServerFault({}));

  test('axe finds nothing on a camera, a sound, files on their way, little room and paper @full', async ({
    page,
    context,
    stack
  }) => {
    test.setTimeout(TOUR_TIMEOUT_MS);
    await openWithLimits(context);
    await dress(page, { theme: 'light' });
    const { look, found, classes } = collector(page, THEMES);
    await tourMoments(page, stack.localnet, look);
    expect(found).toEqual([]);
    expect(missingOf(SHOWN_FOR_MOMENTS, classes)).toEqual([]);
  });
});

test.describe('where the app cannot show its screens', () => {
  test.use({ serviceWorkers: 'block' });

  test('axe finds nothing: a missing part of the browser, another network, an account that is back or gone @full', async ({
    page,
    context,
    stack
  }) => {
    await dress(page, { theme: 'light' });
    const { look, found, classes } = collector(page);
    await page.goto('/restore');
    const phrase = 'amaze buffet cake entrance symptoms tiger lamb maze nestle python dusted faxed faxed';
    await page.getByRole('textbox', { name: 'Recovery Password' }).fill(phrase);
    await page.getByRole('button', { name: 'Restore account' }).click();
    const name = page.getByRole('textbox', { name: 'Display name' });
    await expect(name).toBeVisible();
    await look('a name that is asked for');
    await name.fill('Ana');
    await name.press('Enter');
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
    await look('an account that is back');

    await context.route('**/network.json', async (route) => {
      const response = await route.fetch();
      const network = (await response.json()) as { id: string };
      await route.fulfill({ response, json: { ...network, id: 'ab'.repeat(32) } });
    });
    await page.goto('/');
    await expect(page.getByText('another network').first()).toBeVisible();
    await look('another network');
    await context.unroute('**/network.json');

    let stop: () => Promise<void> = () => Promise.resolve();
    const workers = '**/_app/immutable/workers/**';
    await context.route(workers, (route) => {
      stop = () => route.abort();
    });
    await page.goto('/chats');
    await expect(page.getByText('Opening')).toBeVisible();
    await look('an app that is opening');
    await stop();
    await expect(page.getByRole('alert')).toBeVisible();
    await look('an app that does not start');
    await context.unroute(workers);

    const devTools = await context.newCDPSession(page);
    await page.goto('about:blank');
    const cleared = { origin: stack.origin, storageTypes: 'indexeddb,file_systems' };
    await devTools.send('Storage.clearDataForOrigin', cleared);
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'The browser removed' })).toBeVisible();
    await look('an account that is gone');

    const bare = await context.newPage();
    const second = collector(bare);
    await bare.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
    await bare.goto(stack.origin);
    await expect(bare.getByRole('alert')).toContainText('This browser lacks something');
    await second.look('a browser that lacks something');
    expect([...found, ...second.found]).toEqual([]);
    expect(missingOf(SHOWN_IN_TROUBLE, new Set([...classes, ...second.classes]))).toEqual([]);
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

test('text at 200 % runs nowhere out of the page @full @tablet', async ({ page, stack }) => {
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
