// People write to each other while nodes, gateway and devices fail by a seed; at the end every message that an engine
// took is on every device of its receiver, and on the sender's others, exactly once and in order.
import type { AccountId } from '../../src/lib/account-id.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createQuickClock } from '../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../support/engine-network.ts';
import { createChaosDevice, type ChaosDevice } from './chaos-devices.ts';
import { createFaults, type Fault, type Sickness } from './chaos-faults.ts';
import { createDraw, seedOf } from './draw.ts';
import { checkShown, isComplete, type Accepted, type Shown } from './ledger.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** How long people write and things fail. */
  readonly writeMs: number;
  /** How long everything may take to arrive after all is well again. */
  readonly settleMs: number;
  /** How many devices each person has. */
  readonly devicesOf: readonly number[];
  /** Messages are forward secret, and the devices of a person linked; else all are classic. */
  readonly isForwardSecret?: boolean;
  /** Least and most time between two messages of one device. */
  readonly writeEveryMs?: readonly [number, number];
  /** Least and most time between two faults. */
  readonly faultEveryMs?: readonly [number, number];
  /** Nodes of nine that fail at any time. */
  readonly sickNodes?: Sickness;
  /** Takes one message away and doubles another in the end, behind the back of everybody: the run has to fail. */
  readonly spoil?: boolean;
}

export interface ChaosOutcome {
  readonly accepted: number;
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly shown: readonly Shown[];
  /** What devices still lacked when the members of swarms were brought level; 0 when that was not needed. */
  readonly lateTexts: number;
  /** Empty when all is well. */
  readonly problems: readonly string[];
  /** With problems: what each node holds and what each device still has waiting. */
  readonly traces: readonly string[];
}

/** How much faster the clocks of everybody run: intervals of seconds pass in parts of one. */
const CLOCK_FACTOR = 5;
const HEALS_AFTER_MS = [200, 3_000] as const;

interface World {
  readonly network: TestNetwork;
  readonly devices: readonly ChaosDevice[];
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function createWorld({ devicesOf, isForwardSecret = false }: ChaosOptions): Promise<World> {
  const clock = createQuickClock(CLOCK_FACTOR);
  const network = await createTestNetwork({ clock, isClassic: !isForwardSecret });
  const devices: ChaosDevice[] = [];
  for (const [index, count] of devicesOf.entries()) {
    const person = await network.person(`Person ${index}`, clock);
    devices.push(createChaosDevice(`device ${index}a`, person));
    for (let number = 1; number < count; number++) {
      const name = `device ${index}${'abcdef'[number]}`;
      devices.push(createChaosDevice(name, await addDevice(network, person, clock, isForwardSecret)));
    }
  }
  return { network, devices };
}

/** A device that is not linked reads nothing forward secret. */
async function addDevice(network: TestNetwork, first: Person, clock: Clock, isForwardSecret: boolean) {
  if (isForwardSecret) return network.linked(first, clock);
  return network.restored((await first.tab.engine.revealPhrase()).words, clock);
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
    const [least, most] = options.writeEveryMs ?? [50, 700];
    for (let number = 1; performance.now() < deadlineMs; number++) {
      await pause(least + draw.below(most - least));
      const to = draw.pick(others);
      if (!device.isUp()) continue;
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
  const sickness = options.sickNodes ?? { least: 0, most: 3 };
  const faults = createFaults(world.network, world.devices, draw, sickness);
  const [least, most] = options.faultEveryMs ?? [150, 900];
  const counts: Record<string, number> = {};
  const healing = new Set<Promise<void>>();
  const strike = async (fault: Fault) => {
    const healAfterMs = HEALS_AFTER_MS[0] + draw.below(HEALS_AFTER_MS[1] - HEALS_AFTER_MS[0]);
    const heal = await fault.strike();
    if (!heal) return;
    counts[fault.name] = (counts[fault.name] ?? 0) + 1;
    const healed = pause(healAfterMs)
      .then(async () => {
        // Another one falls ill first, so that there are never fewer.
        if (!isOver() && faults.ofNodes.includes(fault) && faults.isTooHealthy())
          await strike(draw.pick(faults.ofNodes));
        await heal();
      })
      .finally(() => healing.delete(healed));
    healing.add(healed);
  };
  for (let ill = 0; ill < sickness.least; ill++) await strike(draw.pick(faults.ofNodes));
  while (!isOver()) {
    await strike(draw.pick(faults.all));
    await pause(least + draw.below(most - least));
  }
  while (healing.size > 0) await Promise.all(healing);
  return counts;
}

/** What every device shows of every conversation, beside what it should. */
async function shownBy(
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

interface Seen {
  readonly shown: readonly Shown[];
  /** Own messages still on their way, or given up. */
  readonly unsent: readonly string[];
}

async function lookAt(world: World, taken: readonly Written[], unsure: readonly Written[]): Promise<Seen> {
  return { shown: await shownBy(world, taken, unsure), unsent: await unsentOf(world) };
}

const isSettled = ({ shown, unsent }: Seen) => unsent.length === 0 && shown.every(isComplete);
const missing = ({ texts, expected }: Shown) => expected.filter(({ text }) => !texts.includes(text)).length;

/** Looks until all is there or the time is over. */
async function settle(look: () => Promise<Seen>, timeoutMs: number): Promise<Seen> {
  const deadlineMs = performance.now() + timeoutMs;
  let seen = await look();
  while (!isSettled(seen) && performance.now() < deadlineMs) {
    await pause(500);
    seen = await look();
  }
  return seen;
}

/**
 * Members that missed what was forwarded to them get it when swarms change next (network.md §4.6). Until then it may
 * stand on one member alone, and a client that takes that one for a member of another swarm cannot know of it.
 */
async function level({ net }: TestNetwork): Promise<void> {
  const [node] = net.nodes;
  await node?.setSwarm(node.swarmIdHex);
}

/** How much of each account every node holds, for whoever looks for what was lost. */
function holdings({ network, devices }: World): string[] {
  const accounts = new Map(devices.map((device) => [device.accountId, device.name]));
  return [...accounts].map(([accountId, name]) => {
    const members = new Set(network.net.swarmOf(accountId).map((node) => node.ed25519PublicKeyHex));
    const counts = network.net.nodes.map((node) => {
      const mark = members.has(node.ed25519PublicKeyHex) ? ' (member)' : '';
      return `${node.ed25519PublicKeyHex.slice(0, 4)}${mark} ${node.store.list(Buffer.from(accountId, 'hex')).length}`;
    });
    return `of ${name} nodes hold: ${counts.join(', ')}`;
  });
}

/** One run; ends by itself after `writeMs`, at most `settleMs`, and what starting and stopping take. */
export async function runChaos(options: ChaosOptions): Promise<ChaosOutcome> {
  const world = await createWorld(options);
  try {
    const taken: Written[] = [];
    const unsure: Written[] = [];
    let isOver = false;
    const writing = write(world, options, taken, unsure).finally(() => (isOver = true));
    const [faults] = await Promise.all([fail(world, options, () => isOver), writing]);

    const look = () => lookAt(world, taken, unsure);
    let seen = await settle(look, options.settleMs / 3);
    const lateTexts = seen.shown.reduce((sum, view) => sum + missing(view), 0);
    if (!isSettled(seen)) {
      await level(world.network);
      seen = await settle(look, options.settleMs);
    }
    if (options.spoil) {
      const [first, ...others] = world.devices as [ChaosDevice, ...ChaosDevice[]];
      const other = others.find(({ accountId }) => accountId !== first.accountId) as ChaosDevice;
      await first.spoil(other.accountId);
      seen = await look();
    }
    const problems = [...seen.shown.flatMap(checkShown), ...seen.unsent];
    const traces =
      problems.length === 0
        ? []
        : [...holdings(world), ...(await Promise.all(world.devices.map((device) => device.diagnosis())))];
    return { accepted: taken.length, faults, shown: seen.shown, lateTexts, problems, traces };
  } finally {
    await world.network.close();
  }
}
