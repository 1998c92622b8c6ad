// What the memory of a tab holds of the seeds of forward-secret messages (v2-forward-secrecy-and-pq.md §19, §23 F2), before and
// after it is locked. Best effort: what heap-search.ts cannot see is not said.
import type { BrowserContext } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { searchHeap, type SoughtBytes } from './heap-search.ts';
import { lockNow, setPassphrase, unlock } from './lock-steps.ts';
import { createAccount } from './people.ts';
import { openScriptPage } from './script-page.ts';

/** What the profile of this browser keeps, opened beside the app with its device key. */
async function seedsOf(context: BrowserContext): Promise<SoughtBytes[]> {
  const script = await openScriptPage<typeof import('./shredding-in-browser.ts')>(
    context,
    'shredding-in-browser.ts'
  );
  let seeds: string[] = [];
  await expect(async () => {
    seeds = await script.call('keptSeeds');
    expect(seeds.length).toBeGreaterThanOrEqual(3);
  }).toPass({ timeout: 60_000 });
  await script.close();
  return seeds.map((hex, index) => ({ name: `seed ${index}`, hex }));
}

test(
  'memory holds the seeds of an unlocked profile in its worker alone, and none of them once it is locked (F2)',
  { tag: ['@full', '@once'] },
  async ({ page, context }) => {
    test.setTimeout(180_000);
    await createAccount(page, 'Ana');
    const seeds = await seedsOf(context);
    await setPassphrase(page);

    const before = await searchHeap(page, [], seeds);
    expect(before.places).toEqual(['page', 'worker']);
    expect(before.found).toEqual(expect.arrayContaining(seeds.map(({ name }) => `worker: ${name} in bytes`)));
    expect(before.found.filter((what) => what.startsWith('page: seed'))).toEqual([]);

    await lockNow(page);
    const after = await searchHeap(page, [], seeds);
    expect(after).toEqual({ places: ['page', 'worker'], found: [] });

    await unlock(page);
    const [account] = seeds as [SoughtBytes];
    await expect(async () => {
      const again = await searchHeap(page, [], seeds);
      expect(again.found).toContain(`worker: ${account.name} in bytes`);
    }).toPass({ timeout: 30_000 });
  }
);
