import { beforeEach, describe, expect, test } from 'vitest';
import { deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { AppError, type Retry } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createChores, type MessageChoreClient } from '../../../src/lib/messenger/chores.ts';
import {
  chorePause,
  endsOfAnswer,
  isChoreOver,
  isDue,
  stepAfterAnswer,
  stepAfterError
} from '../../../src/lib/messenger/chore-policy.ts';
import {
  choreChange,
  openProfile,
  raiseEpoch,
  type ChoreContent,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { commit } from '../../../src/lib/storage/store.ts';
import { eventually } from '../../support/engine-device.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import {
  createStorageDevice,
  createTestProfile,
  START_MS,
  type StorageDevice
} from '../../support/storage-device.ts';

const DAY_MS = 86_400_000;
const identity = deriveIdentity(new Uint8Array(16).fill(7));
const chore = (content: Partial<ChoreContent> = {}): ChoreContent => ({
  kind: 'delete',
  hashes: ['a'],
  attempts: 0,
  createdAtMs: START_MS,
  ...(content as object)
});

describe('what follows from an outcome', () => {
  test('pauses grow to a quarter of an hour', () => {
    expect([0, 1, 2, 3].map(chorePause)).toEqual([2_000, 4_000, 8_000, 16_000]);
    expect(chorePause(1_000)).toBe(15 * 60_000);
  });

  test('a chore is over after 14 days, not before', () => {
    expect(isChoreOver(chore(), START_MS + 14 * DAY_MS - 1)).toBe(false);
    expect(isChoreOver(chore(), START_MS + 14 * DAY_MS)).toBe(true);
  });

  test('a pause beyond all pauses comes from a wrong clock and is none', () => {
    expect(isDue({ notBeforeMs: START_MS + 1 }, START_MS)).toBe(false);
    expect(isDue({ notBeforeMs: START_MS }, START_MS)).toBe(true);
    expect(isDue({ notBeforeMs: START_MS + DAY_MS }, START_MS)).toBe(true);
  });

  test.each<[string, number, 'drop' | 'again']>([
    ['no-path', 1_000, 'again'],
    ['swarm-failed', 1_000, 'again'],
    ['rejected', 0, 'again'],
    ['rejected', 7, 'drop']
  ])('%s after %d attempts: %s', (code, attempts, expected) => {
    expect(stepAfterError(new AppError(code), chore({ attempts }))).toBe(expected);
  });

  test('members that did not sign are tried some more times', () => {
    expect(stepAfterAnswer({ failed: [] }, chore())).toBe('done');
    expect(stepAfterAnswer({ failed: ['n'] }, chore())).toBe('again');
    expect(stepAfterAnswer({ failed: ['n'] }, chore({ attempts: 4 }))).toBe('done');
  });

  test('hashes that are neither updated nor unchanged have ended, as most members say', () => {
    const answer = { confirmed: ['n', 'm'], failed: ['o'], updated: ['a'], unchanged: { b: 5, c: 50 } };
    expect([...endsOfAnswer(['a', 'b', 'c', 'd'], answer, 10)]).toEqual([
      ['a', 10],
      ['b', 5],
      ['c', 10],
      ['d', null]
    ]);
  });

  test('one member of three cannot end a message', () => {
    const answer = { confirmed: ['n'], failed: ['m', 'o'], updated: [], unchanged: {} };
    expect(endsOfAnswer(['a'], answer, 10).size).toBe(0);
  });
});

interface Call {
  readonly kind: 'delete' | 'expire';
  readonly hashes: readonly string[];
  readonly expiryMs?: number;
}

describe('the loop', () => {
  let device: StorageDevice;
  let store: ProfileStore;
  let clock: FakeClock;
  let calls: Call[];
  let isConnected: boolean;
  /** Outcomes to come; then success. */
  let outcomes: ('ok' | 'one-failed' | { code: string; retry: Retry })[];

  beforeEach(async () => {
    device = await createStorageDevice();
    store = await createTestProfile(device);
    await raiseEpoch(store);
    clock = createFakeClock(START_MS);
    calls = [];
    outcomes = [];
    isConnected = true;
  });

  const swarm: MessageChoreClient = {
    async delete({ hashes }) {
      calls.push({ kind: 'delete', hashes });
      return answer();
    },
    async expire({ hashes, expiryMs, mode }) {
      expect(mode).toBe('shorten');
      calls.push({ kind: 'expire', hashes, expiryMs });
      return { ...answer(), updated: hashes, unchanged: {} };
    }
  };

  function answer() {
    const outcome = outcomes.shift() ?? 'ok';
    if (typeof outcome === 'object') throw new AppError(outcome.code, { retry: outcome.retry });
    return { confirmed: ['m'], failed: outcome === 'one-failed' ? ['n'] : [] };
  }

  function engine(of = store) {
    const ends: string[] = [];
    const chores = createChores({
      store: of,
      identity,
      swarm,
      isConnected: () => isConnected,
      now: () => clock.now(),
      clock,
      random: seededRandom(1),
      log: silentLog
    });
    chores.start((code) => ends.push(code));
    return { chores, ends };
  }

  const add = async (added: Parameters<typeof choreChange>[1], at = clock.now()) =>
    commit(store, { name: 'test', by: 'any', ...(await choreChange(store, added, at)) });
  const allDone = () => eventually('all chores done', async () => (await store.db.chores.count()) === 0);

  test('does what is stored, and what is rung for later', async () => {
    await add({ kind: 'delete', hashes: ['a', 'b'] });
    const { chores } = engine();
    await allDone();
    await add({ kind: 'expire', hashes: ['c'], expiryMs: START_MS + 5 });
    chores.ring();
    await allDone();
    expect(calls).toEqual([
      { kind: 'delete', hashes: ['a', 'b'] },
      { kind: 'expire', hashes: ['c'], expiryMs: START_MS + 5 }
    ]);
    await chores.stop();
  });

  test('asks for now when the expiry has passed, since nodes refuse a past one', async () => {
    await add({ kind: 'expire', hashes: ['c'], expiryMs: START_MS - DAY_MS });
    const { chores } = engine();
    await allDone();
    expect(calls).toEqual([{ kind: 'expire', hashes: ['c'], expiryMs: START_MS }]);
    await chores.stop();
  });

  test('waits for a connection', async () => {
    isConnected = false;
    await add({ kind: 'delete', hashes: ['a'] });
    const { chores } = engine();
    await clock.advance(60_000);
    expect(calls).toEqual([]);
    isConnected = true;
    chores.ring();
    await allDone();
    await chores.stop();
  });

  test('tries again after a pause, also for members that did not sign', async () => {
    outcomes = [{ code: 'swarm-failed', retry: 'later' }, 'one-failed'];
    await add({ kind: 'delete', hashes: ['a'] });
    const { chores } = engine();
    await eventually(
      'put off',
      async () => (await store.db.chores.where('notBeforeMs').above(0).count()) === 1
    );
    expect(calls).toHaveLength(1);
    await eventually('tried three times', async () => {
      await clock.advance(1_000);
      return calls.length === 3;
    });
    await allDone();
    await chores.stop();
  });

  test('gives up after 14 days without asking', async () => {
    await add({ kind: 'delete', hashes: ['a'] }, START_MS - 14 * DAY_MS);
    const { chores } = engine();
    await allDone();
    expect(calls).toEqual([]);
    await chores.stop();
  });

  test('does it again when the engine died between answer and record', async () => {
    await add({ kind: 'delete', hashes: ['a'] });
    device.onCommit = (name, phase) => {
      if (name === 'finish chore' && phase === 'before') throw new Error('power cut');
    };
    const first = engine();
    await eventually('asked', () => calls.length === 1);
    await first.chores.stop();
    device.onCommit = undefined;
    const again = await openProfile(device.environment, store.db.name.replace('onionskin-', ''));
    await raiseEpoch(again);
    const second = engine(again);
    await allDone();
    expect(calls).toHaveLength(2);
    await second.chores.stop();
    again.db.close();
  });

  test('ends when another engine has taken over', async () => {
    await add({ kind: 'delete', hashes: ['a'] });
    const other = await openProfile(device.environment, store.db.name.replace('onionskin-', ''));
    await raiseEpoch(other);
    const { chores, ends } = engine();
    await eventually('deposed', () => ends.length === 1);
    expect(ends).toEqual(['deposed']);
    expect(await store.db.chores.count()).toBe(1);
    await chores.stop();
    other.db.close();
  });
});
