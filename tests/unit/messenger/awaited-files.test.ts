// Files that load by themselves: tried again after pauses, over restarts, and no more once the reason is final.
import { expect, test } from 'vitest';
import { silentLog } from '../../../src/lib/log.ts';
import { createAwaitedFiles, PAUSES_MS, type LoadOutcome } from '../../../src/lib/messenger/awaited-files.ts';
import { loadMeta, raiseEpoch } from '../../../src/lib/storage/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createStorageDevice, createTestProfile } from '../../support/storage-device.ts';

const DAY_MS = 86_400_000;
const FILE = { messageId: 'm', attachmentId: '1' };

const until = (what: () => unknown) => expect.poll(what).toBe(true);

async function world(outcome: (attempt: number) => LoadOutcome) {
  const device = await createStorageDevice();
  const store = await createTestProfile(device);
  await raiseEpoch(store);
  const fake = createFakeClock();
  let sleeping = 0;
  const clock = {
    ...fake,
    sleep(ms: number, signal?: AbortSignal) {
      sleeping += 1;
      return fake.sleep(ms, signal).finally(() => (sleeping -= 1));
    }
  };
  const tried: number[] = [];
  let isConnected = true;
  const make = () =>
    createAwaitedFiles({
      store,
      clock,
      log: silentLog,
      isConnected: () => isConnected,
      load: async () => outcome(tried.push(clock.now()))
    });
  const remembered = async () => (await loadMeta(store, 'awaited-files'))?.content.files.length ?? 0;
  const rests = () => until(() => sleeping > 0);
  return { clock, rests, tried, make, remembered, connect: (now: boolean) => (isConnected = now) };
}

test('a file whose server is away is tried after longer and longer pauses, and given up in the end', async () => {
  const { clock, rests, tried, make, remembered } = await world(() => 'later');
  const files = make();
  files.start();
  await files.add([FILE, FILE]);
  await until(() => tried.length === 1);
  for (const [index, pauseMs] of PAUSES_MS.entries()) {
    await rests();
    await clock.advance(pauseMs - 1);
    expect(tried).toHaveLength(index + 1);
    await clock.advance(1);
    await until(() => tried.length === index + 2);
  }
  await until(async () => (await remembered()) === 0);
  await clock.advance(30 * DAY_MS);
  expect(tried).toHaveLength(PAUSES_MS.length + 1);
  await files.stop();
});

test('it is taken up again by the next engine, and no more once it is here or never will be', async () => {
  const { clock, rests, tried, make, remembered } = await world((attempt) =>
    attempt < 3 ? 'later' : 'ended'
  );
  const first = make();
  first.start();
  await first.add([FILE]);
  await until(() => tried.length === 1);
  await rests();
  await first.stop();
  await clock.advance(DAY_MS);
  expect(tried).toHaveLength(1);

  const second = make();
  second.start();
  await until(() => tried.length === 2);
  await rests();
  await clock.advance(DAY_MS);
  await until(() => tried.length === 3);
  await until(async () => (await remembered()) === 0);
  await clock.advance(30 * DAY_MS);
  expect(tried).toHaveLength(3);
  await second.stop();
});

test('nothing is tried without a network, nor for a message that is gone', async () => {
  const { tried, make, remembered, connect } = await world(() => 'ended');
  const files = make();
  connect(false);
  files.start();
  await files.add([FILE, { messageId: 'gone', attachmentId: '1' }]);
  expect(await remembered()).toBe(2);
  files.forget(['gone']);
  await until(async () => (await remembered()) === 1);
  expect(tried).toEqual([]);
  connect(true);
  files.ring();
  await until(async () => (await remembered()) === 0);
  expect(tried).toHaveLength(1);
  await files.stop();
});
