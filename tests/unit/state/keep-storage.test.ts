import { expect, test } from 'vitest';
import { keepStorage, keepStorageOnce, readAllowance } from '../../../src/lib/state/keep-storage.ts';
import { missingProfile, startProblem } from '../../../src/lib/state/start-problem.ts';

const DAY_MS = 86_400_000;

/** A browser's storage that answers so, and counts how often it is asked to keep. */
function browser(answers: { persisted?: boolean; agrees?: boolean; estimate?: StorageEstimate | null }) {
  let asked = 0;
  const storage = {
    persisted: async () => answers.persisted ?? false,
    persist: async () => {
      asked += 1;
      return answers.agrees ?? false;
    },
    estimate: async () => {
      if (answers.estimate === null) throw new DOMException('no', 'SecurityError');
      return answers.estimate ?? {};
    }
  } as unknown as StorageManager;
  return { storage, asked: () => asked };
}

function memory(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value)
  } as Storage;
}

test('the browser is asked to keep what it does not keep yet', async () => {
  const kept = browser({ persisted: true });
  expect(await keepStorage(kept)).toBe(true);
  expect(kept.asked()).toBe(0);
  const agreeing = browser({ agrees: true });
  expect(await keepStorage(agreeing)).toBe(true);
  const refusing = browser({ agrees: false });
  expect(await keepStorage(refusing)).toBe(false);
  expect([agreeing.asked(), refusing.asked()]).toEqual([1, 1]);
  expect(await keepStorage({} as Navigator)).toBe(false);
});

test('unasked it happens once, and again only after a month', async () => {
  const refusing = browser({ agrees: false });
  const store = memory();
  const at = (days: number) => keepStorageOnce(refusing, () => store, 1_000 * DAY_MS + days * DAY_MS);
  expect([await at(0), await at(1), await at(29), await at(31)]).toEqual([true, false, false, true]);
  expect(refusing.asked()).toBe(2);
  const denied = () => {
    throw new DOMException('off', 'SecurityError');
  };
  expect(await keepStorageOnce(refusing, denied, 0)).toBe(false);
});

test('what the browser allows is told as far as it says it', async () => {
  const full = await readAllowance(browser({ persisted: true, estimate: { usage: 7, quota: 10 } }));
  expect(full).toEqual({ used: 7, allowed: 10, kept: true });
  expect(await readAllowance(browser({ estimate: null }))).toEqual({
    used: null,
    allowed: null,
    kept: false
  });
  expect(await readAllowance({} as Navigator)).toEqual({ used: null, allowed: null, kept: false });
});

test('what keeps a profile from opening is named where something can be done about it', () => {
  expect(['evicted', 'row-damaged', 'blocked', 'unexpected', null].map(startProblem)).toEqual([
    'evicted',
    'damaged',
    'blocked',
    null,
    null
  ]);
  expect([missingProfile(true), missingProfile(false)]).toEqual(['evicted', null]);
});
