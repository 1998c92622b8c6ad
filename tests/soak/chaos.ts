// People write to each other while nodes, gateway and devices fail by a seed; at the end every message that an engine
// took is on every device of its receiver, and on the sender's others, exactly once and in order.
import type { AccountId } from '../../src/lib/account-id.ts';
import { createQuickClock } from '../support/engine-device.ts';
import { createTestNetwork, type TestNetwork } from '../support/engine-network.ts';
import { createChaosDevice, type ChaosDevice } from './chaos-devices.ts';
import { createFaults } from './chaos-faults.ts';
import { createDraw, seedOf } from './draw.ts';
import { checkShown, isComplete, type Accepted, type Shown } from './ledger.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** How long people write and things fail. */
  readonly writeMs: number;
  /** How long everything may take to arrive after all is well again. */
  readonly settleMs: number;
  /** People; the first has two devices. */
  readonly people: number;
  /** Least and most time between two faults. */
  readonly faultEveryMs?: readonly [number, number];
}

export interface ChaosOutcome {
  readonly accepted: number;
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly shown: readonly Shown[];
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

/** How much faster the clocks of everybody run: intervals of seconds pass in parts of one. */
const CLOCK_FACTOR = 5;
const WRITE_EVERY_MS = [50, 700] as const;
const HEALS_AFTER_MS = [200, 3_000] as const;
/** A conversation is read whole; longer ones are several runs. */
const MAX_MESSAGES_A_PAIR = 400;

interface World {
  readonly network: TestNetwork;
  readonly devices: readonly ChaosDevice[];
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function createWorld(people: number): Promise<World> {
  const clock = createQuickClock(CLOCK_FACTOR);
  const network = await createTestNetwork({ clock });
  const devices: ChaosDevice[] = [];
  for (let index = 0; index < people; index++) {
    const person = await network.person(`Person ${index}`, clock);
    devices.push(createChaosDevice(`device ${index}`, person));
    if (index > 0) continue;
    const { words } = await person.tab.engine.revealPhrase();
    devices.push(createChaosDevice('device 0b', await network.restored(words, clock)));
  }
  return { network, devices };
}

interface Written extends Accepted {
  readonly from: AccountId;
  readonly to: AccountId;
}

/** One writer for each device, until the time is over. */
async function write(
  world: World,
  options: ChaosOptions,
  taken: Written[],
  unsure: Written[]
): Promise<void> {
  const deadlineMs = performance.now() + options.writeMs;
  const accounts = [...new Set(world.devices.map(({ accountId }) => accountId))];
  const writer = async (device: ChaosDevice) => {
    const draw = createDraw(seedOf(options.seed, 'writer', device.name));
    const others = accounts.filter((accountId) => accountId !== device.accountId);
    const counts = new Map<AccountId, number>();
    for (let number = 1; performance.now() < deadlineMs; number++) {
      await pause(WRITE_EVERY_MS[0] + draw.below(WRITE_EVERY_MS[1] - WRITE_EVERY_MS[0]));
      const to = draw.pick(others);
      const sofar = counts.get(to) ?? 0;
      if (!device.isUp() || sofar >= MAX_MESSAGES_A_PAIR / 2) continue;
      counts.set(to, sofar + 1);
      const text = `${device.name}, message ${number}`;
      const written = { from: device.accountId, to, fromDevice: device.name, text };
      await device.write(to, text).then(
        () => taken.push(written),
        () => unsure.push(written)
      );
    }
  };
  await Promise.all(world.devices.map(writer));
}

/** Strikes until `isOver`, heals everything, and tells how often what struck. */
async function fail(
  world: World,
  options: ChaosOptions,
  isOver: () => boolean
): Promise<Record<string, number>> {
  const draw = createDraw(seedOf(options.seed, 'faults'));
  const faults = createFaults(world.network, world.devices, draw);
  const [least, most] = options.faultEveryMs ?? [150, 900];
  const counts: Record<string, number> = {};
  const healing = new Set<Promise<void>>();
  while (!isOver()) {
    const fault = draw.pick(faults);
    const healAfterMs = HEALS_AFTER_MS[0] + draw.below(HEALS_AFTER_MS[1] - HEALS_AFTER_MS[0]);
    const heal = await fault.strike();
    if (heal) {
      counts[fault.name] = (counts[fault.name] ?? 0) + 1;
      const healed = pause(healAfterMs)
        .then(heal)
        .finally(() => healing.delete(healed));
      healing.add(healed);
    }
    await pause(least + draw.below(most - least));
  }
  await Promise.all(healing);
  return counts;
}

/** What every device shows of every conversation, beside what it should. */
async function look(
  { devices }: World,
  taken: readonly Written[],
  unsure: readonly Written[]
): Promise<Shown[]> {
  const accounts = new Map(devices.map((device) => [device.accountId, device.name]));
  const looks = devices.flatMap((device) =>
    [...accounts]
      .filter(([other]) => other !== device.accountId)
      .map(async ([other, name]): Promise<Shown> => {
        const concerns = ({ from, to }: Written) =>
          (from === device.accountId && to === other) || (from === other && to === device.accountId);
        return {
          device: device.name,
          conversation: name,
          texts: await device.texts(other),
          expected: taken.filter(concerns),
          maybe: new Set(unsure.filter(concerns).map(({ text }) => text))
        };
      })
  );
  return Promise.all(looks);
}

async function unsentOf({ devices }: World): Promise<string[]> {
  const accounts = new Set(devices.map(({ accountId }) => accountId));
  const lists = devices.map(async (device) => {
    const others = [...accounts].filter((other) => other !== device.accountId);
    const texts = (await Promise.all(others.map((other) => device.unsent(other)))).flat();
    return texts.map((text) => `not sent from ${device.name}: ${text}`);
  });
  return (await Promise.all(lists)).flat();
}

/** One run; ends by itself after `writeMs`, at most `settleMs`, and what starting and stopping take. */
export async function runChaos(options: ChaosOptions): Promise<ChaosOutcome> {
  const world = await createWorld(options.people);
  try {
    const taken: Written[] = [];
    const unsure: Written[] = [];
    let isOver = false;
    const writing = write(world, options, taken, unsure).finally(() => (isOver = true));
    const [faults] = await Promise.all([fail(world, options, () => isOver), writing]);

    const deadlineMs = performance.now() + options.settleMs;
    let shown = await look(world, taken, unsure);
    let unsent = await unsentOf(world);
    while ((!shown.every(isComplete) || unsent.length > 0) && performance.now() < deadlineMs) {
      await pause(200);
      shown = await look(world, taken, unsure);
      unsent = await unsentOf(world);
    }
    const problems = [...shown.flatMap(checkShown), ...unsent];
    return { accepted: taken.length, faults, shown, problems };
  } finally {
    await world.network.close();
  }
}
