// What people do, by role and name (ux.md §7). Stories are written in these verbs.
import { chromium, expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAUNCH_OPTIONS } from './launch.ts';

/** Poll interval while visible (3 s) and the 2 s allowed on top of it. */
export const DELIVERY_TIMEOUT_MS = 5_000;
/** First connection: list, verification, paths. */
export const CONNECT_TIMEOUT_MS = 20_000;

/** A person with a browser of their own, whose profile survives closing it. */
export interface Person {
  readonly name: string;
  readonly profileDirectory: string;
  page: Page;
  context: BrowserContext;
  /** Closes the browser and waits until its files are written. */
  leave(): Promise<void>;
  /** Opens the same browser profile again, at the app's start address. */
  comeBack(): Promise<void>;
  /** Ends the browser and forgets the profile directory. */
  forget(): Promise<void>;
}

export interface PersonOptions {
  readonly baseUrl: string;
  /** Without it, the window of the project. */
  readonly viewport?: { width: number; height: number };
  readonly prepare?: (context: BrowserContext) => Promise<void>;
  readonly serviceWorkers?: 'allow' | 'block';
}

/** Starts a browser with an empty profile directory of its own. */
export async function createPerson(name: string, options: PersonOptions): Promise<Person> {
  const profileDirectory = await mkdtemp(join(tmpdir(), 'onionskin-e2e-'));
  const open = async () => {
    const context = await chromium.launchPersistentContext(profileDirectory, {
      ...LAUNCH_OPTIONS,
      baseURL: options.baseUrl,
      // The runner fills in what is not named here: size, touch and the like.
      ...(options.viewport && { viewport: options.viewport }),
      serviceWorkers: options.serviceWorkers ?? 'allow'
    });
    await options.prepare?.(context);
    return context;
  };
  const context = await open();
  const person: Person = {
    name,
    profileDirectory,
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    async leave() {
      await person.context.close();
    },
    async comeBack() {
      person.context = await open();
      person.page = person.context.pages()[0] ?? (await person.context.newPage());
      await person.page.goto('/');
    },
    async forget() {
      await person.context.close();
      await rm(profileDirectory, { recursive: true, force: true });
    }
  };
  return person;
}

export async function createAccount(page: Page, displayName: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Display name' }).fill(displayName);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
}

export async function restoreAccount(page: Page, words: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'I have an account' }).click();
  await page.getByRole('textbox', { name: 'Recovery Password' }).fill(words);
  await page.getByRole('button', { name: 'Restore account' }).click();
}

/** Waits for a restored account: its name comes by itself, or is asked for where the network holds none yet. */
export async function finishRestore(page: Page, displayName: string): Promise<void> {
  const list = page.getByRole('navigation', { name: 'Conversations' });
  const field = page.getByRole('textbox', { name: 'Display name' });
  await expect(list.or(field).first()).toBeVisible({ timeout: CONNECT_TIMEOUT_MS * 2 });
  if (await field.isVisible()) {
    // The name may turn up while it is typed, and the page goes on.
    const isTyped = await field.fill(displayName, { timeout: 2_000 }).then(
      () => true,
      () => false
    );
    const go = page.getByRole('button', { name: 'Continue' });
    if (isTyped) await go.click({ timeout: 2_000 }).catch(() => {});
  }
  await expect(list).toBeVisible({ timeout: CONNECT_TIMEOUT_MS });
}

const lists = (page: Page) => ({
  list: page.getByRole('navigation', { name: 'Conversations' }),
  requests: page.getByRole('navigation', { name: 'Message Requests' }),
  back: page.getByRole('link', { name: 'Back', exact: true }),
  chats: page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chats' })
});

/** To the list: where one pane is shown at a time by Back; elsewhere it stands beside the conversation, or requests do. */
export async function showList(page: Page): Promise<void> {
  const { list, requests, back, chats } = lists(page);
  await expect(list.or(requests).or(back).or(chats).first()).toBeVisible();
  // Who came from the requests goes back to them first.
  for (let step = 0; step < 2 && !(await list.isVisible()); step++) {
    const here = page.url();
    await ((await back.isVisible()) ? back : chats).click();
    // Until then what is seen is still the screen one left.
    await expect(page).not.toHaveURL(here);
    await expect(list.or(requests).or(back).first()).toBeVisible();
  }
  await expect(list).toBeVisible();
}

/** Goes to one page of the settings by its links, from wherever one is. */
export async function openSettings(page: Page, section: string): Promise<void> {
  const settings = page.getByRole('link', { name: 'Settings' }).first();
  const link = page.getByRole('link', { name: section, exact: true }).first();
  const back = page.getByRole('link', { name: 'Back', exact: true });
  await expect(settings.or(link).or(back).first()).toBeVisible();
  for (let step = 0; step < 2 && !(await settings.or(link).first().isVisible()); step++) {
    const here = page.url();
    await back.click();
    await expect(page).not.toHaveURL(here);
    await expect(settings.or(link).or(back).first()).toBeVisible();
  }
  if (await settings.isVisible()) await settings.click();
  await link.click();
  await expect(page.getByRole('heading', { name: section }).first()).toBeVisible();
}

/** Answers what a switch asks that changes who learns what. */
export async function setItSo(page: Page): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: 'Set it so' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** From the screen of a new account where that stands, else from the settings; ends in the list either way. */
export async function ownAccountId(page: Page): Promise<string> {
  const shown = page.getByLabel('Your Account ID', { exact: true }).first();
  const isNew = (await page.getByText('Account created').isVisible()) && (await shown.isVisible());
  if (!isNew) await openSettings(page, 'Profile');
  const accountId = (await shown.innerText()).replace(/\s+/g, '');
  expect(accountId).toMatch(/^05[0-9a-f]{64}$/);
  if (!isNew) await showList(page);
  return accountId;
}

export async function recoveryWords(page: Page): Promise<string[]> {
  await openSettings(page, 'Recovery Password');
  const reveal = page.getByRole('button', { name: /show/i });
  const words = page.getByLabel('Your Recovery Password', { exact: true }).first();
  await expect(reveal.or(words).first()).toBeVisible();
  if (await reveal.isVisible()) await reveal.click();
  await expect(words).toHaveText(/[a-z]/);
  const list = (await words.innerText()).trim().split(/\s+/);
  expect(list).toHaveLength(13);
  await showList(page);
  return list;
}

export async function goHome(page: Page): Promise<void> {
  await page.goto('/');
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
}

export async function startConversation(page: Page, accountId: string): Promise<void> {
  await showList(page);
  await page
    .getByRole('link', { name: 'New message' })
    .or(page.getByRole('button', { name: 'New message' }))
    .first()
    .click();
  await page.getByRole('textbox', { name: 'Account ID' }).fill(accountId);
  await page.getByRole('button', { name: 'Start conversation' }).click();
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
}

export async function openConversation(page: Page, contactName: string): Promise<void> {
  await showList(page);
  const list = page.getByRole('navigation', { name: 'Conversations' });
  await list.getByRole('link', { name: new RegExp(contactName) }).click();
  await expect(page.getByRole('log', { name: 'Messages' })).toBeVisible();
}

/** Opens a stranger's first message from Message Requests. */
export async function openRequest(page: Page, contactName: string): Promise<void> {
  const { list, requests, back } = lists(page);
  await expect(list.or(requests).or(back).first()).toBeVisible();
  if (await back.isVisible()) await showList(page);
  await page.getByRole('link', { name: 'Message Requests' }).click({ timeout: CONNECT_TIMEOUT_MS });
  await page
    .getByRole('navigation', { name: 'Message Requests' })
    .getByRole('link', { name: new RegExp(contactName) })
    .click();
  await expect(page.getByRole('log', { name: 'Messages' })).toBeVisible();
}

/** Accepts it, and stays in the conversation. */
export async function acceptRequest(page: Page, contactName: string): Promise<void> {
  await openRequest(page, contactName);
  await page.getByRole('main').getByRole('button', { name: 'Accept' }).click();
  await expect(page.getByRole('main').getByRole('button', { name: 'Accept' })).toBeHidden();
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send message' }).click();
}

/** The bubble that holds `text`. */
export function message(page: Page, text: string): Locator {
  return page.getByRole('log', { name: 'Messages' }).getByRole('article').filter({ hasText: text });
}

export async function expectSent(page: Page, text: string): Promise<void> {
  // Echo says the same words, possibly before the look at our own bubble.
  const own = message(page, text).and(page.getByRole('article', { name: /^You, / }));
  await expect(own).toHaveAccessibleName(/Sent/, { timeout: CONNECT_TIMEOUT_MS });
}

/** Texts of the bubbles on screen, top to bottom. */
export async function visibleTexts(page: Page): Promise<string[]> {
  const bubbles = page.getByRole('log', { name: 'Messages' }).getByRole('article');
  return bubbles.evaluateAll((articles) => articles.map((article) => article.textContent?.trim() ?? ''));
}
