// Histories of several devices: whatever they do, they end with one document, and lose nothing that nobody overrode.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  CONFIG_LAG,
  configSet,
  decodeConfigMessage,
  mergeConfigs,
  valueAt,
  withValue,
  type ConfigPath,
  type ConfigState,
  type ConfigValue
} from '../../../src/lib/config/index.ts';
import { createSwarm, Device, settle } from './devices.ts';

const DEVICES = 3;

type Step =
  | { kind: 'edit'; device: number; path: ConfigPath; value: ConfigValue | null }
  | { kind: 'own'; device: number; value: bigint }
  | { kind: 'poll'; device: number }
  | { kind: 'push'; device: number; isAnswered: boolean }
  /** Two look at the same time, and store what they have. */
  | { kind: 'race'; device: number; other: number; isAnswered: boolean };

const device = fc.nat({ max: DEVICES - 1 });
const value = fc.oneof(
  fc.bigInt({ min: 1n, max: 5n }),
  fc.constantFrom('', 'x', 'name').map((text) => utf8ToBytes(text)),
  fc.array(fc.bigInt({ min: 0n, max: 4n }), { maxLength: 3 }).map((items) => configSet(items)),
  fc.constant(null)
);
const sharedPath = fc.constantFrom<ConfigPath[]>(
  ['n'],
  ['c', 'a', 'n'],
  ['c', 'a', 'b'],
  ['c', 'b', 'n'],
  ['f'],
  ['c', 'a']
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), device, path: sharedPath, value })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('own' as const),
      device,
      value: fc.bigInt({ min: 1n, max: 9n })
    })
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('poll' as const), device }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      device,
      isAnswered: fc.boolean()
    })
  }
);
const race: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('race' as const),
  device,
  other: device,
  isAnswered: fc.boolean()
});
const history = fc.array(step, { maxLength: 40, size: 'max' });
const shortHistory = fc.array(step, { maxLength: 20, size: 'max' });
/** Nobody stores without having looked just before; so the loop does it. */
const fairHistory = fc.array(fc.oneof({ weight: 8, arbitrary: step }, { weight: 2, arbitrary: race }), {
  maxLength: 40,
  size: 'max'
});

const ownPath = (index: number): ConfigPath => ['own', String(index)];
const ownValue = ({ data }: ConfigState, index: number) => valueAt(data, ownPath(index));
const ownIntention = ({ intentions }: ConfigState, index: number) =>
  intentions.findLast(({ path }) => path.join() === ownPath(index).join());

class Devices {
  readonly swarm = createSwarm();
  readonly all = Array.from({ length: DEVICES }, () => new Device(this.swarm));
  /** What each device last put under the key that only it touches. */
  readonly wanted = new Map<number, bigint>();
  /** Devices that were away for five versions after the others could have seen their edit (config-sync.md §5). */
  readonly away = new Set<number>();

  /** @param isFair whether everybody looks right before storing */
  play(steps: readonly Step[], isFair: boolean): void {
    for (const step of steps) this.act(step, isFair);
    for (let round = 0; round < 6; round++) this.all.forEach((_, index) => this.#turn(index));
    settle(this.all);
  }

  #turn(index: number): void {
    this.#poll(index);
    this.all[index]?.push();
  }

  act(step: Step, isFair = false): void {
    const actor = this.all[step.device] as Device;
    if (step.kind === 'poll') this.#poll(step.device);
    if (step.kind === 'race') {
      this.#poll(step.device);
      this.#poll(step.other);
      this.all[step.other]?.push(step);
      actor.push(step);
    }
    if (step.kind === 'push') {
      // A device hears what there is between two pushes of its own.
      if (isFair || !actor.hasPolled) this.#poll(step.device);
      actor.push(step);
    }
    if (step.kind === 'edit') actor.edit((data) => withValue(data, step.path, step.value));
    if (step.kind === 'own') {
      this.wanted.set(step.device, step.value);
      actor.edit((data) => withValue(data, ownPath(step.device), step.value));
    }
  }

  #poll(index: number): void {
    const actor = this.all[index] as Device;
    const before = ownIntention(actor.state, index);
    actor.poll();
    const isGivenUp = before !== undefined && ownIntention(actor.state, index) === undefined;
    const wasFarAhead = actor.state.base.seqno - (before?.origin?.seqno ?? Infinity) >= CONFIG_LAG;
    const isLost = ownValue(actor.state, index) !== before?.to;
    if (isGivenUp && isLost && wasFarAhead && before.reach === 'heard') this.away.add(index);
  }

  expectNothingLost(): void {
    const [first] = this.all as [Device];
    for (const [index, value] of this.wanted) {
      if (!this.away.has(index)) expect(ownValue(first.state, index)).toBe(value);
    }
  }
}

describe('three devices that edit, push and poll as they please', () => {
  it('end with identical bytes, and the swarm holds that message', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const devices = new Devices();
        devices.play(steps, false);
        const { swarm } = devices;
        const [first, ...others] = devices.all as [Device, ...Device[]];
        for (const other of others) expect(other.bytesHex).toBe(first.bytesHex);
        if (first.state.base.seqno > 0) {
          for (const hash of first.state.currentHashes) expect(swarm.items.has(hash)).toBe(true);
          expect(first.state.currentHashes.length).toBeGreaterThan(0);
        }
        const late = new Device(swarm);
        late.poll();
        expect(late.bytesHex).toBe(first.bytesHex);
      }),
      { numRuns: 400 }
    );
  });

  it('lose no edit of a key that nobody else touched', () => {
    let kept = 0;
    const play = (isFair: boolean) => (steps: readonly Step[]) => {
      const devices = new Devices();
      devices.play(steps, isFair);
      devices.expectNothingLost();
      kept += devices.wanted.size - devices.away.size;
    };
    fc.assert(fc.property(shortHistory, play(false)), { numRuns: 150 });
    fc.assert(fc.property(fairHistory, play(true)), { numRuns: 150 });
    expect(kept).toBeGreaterThan(100);
  });

  it('keep the last of edits made one after the other, each stored once', () => {
    const edit = fc.record({ device, path: sharedPath, value: fc.bigInt({ min: 1n, max: 3n }) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), fc.nat({ max: 2 }), (edits, others) => {
        const devices = new Devices();
        const wanted = new Map<string, ConfigValue>();
        let versions = 0;
        for (const { path, value, ...by } of edits) {
          if (path.length === 2) continue;
          const actor = devices.all[by.device] as Device;
          const before = actor.state.data;
          actor.edit((data) => withValue(data, path, value));
          if (actor.state.data !== before) versions += 1;
          wanted.set(path.join('/'), value);
          for (const index of [by.device, ...[0, 1, 2].slice(0, others + 1), 0, 1, 2])
            devices.act({ kind: 'push', device: index, isAnswered: true }, true);
        }
        for (const { state } of devices.all) {
          for (const [path, value] of wanted) expect(valueAt(state.data, path.split('/'))).toBe(value);
          expect(state.base.seqno).toBe(versions);
        }
      }),
      { numRuns: 200 }
    );
  });

  it('make the same of what they hear in any order and however often', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (steps, numbers) => {
        const devices = new Devices();
        for (const step of steps) devices.act(step);
        const messages = [...devices.swarm.items.values()].map((bytes) => decodeConfigMessage(bytes));
        const [first] = messages;
        if (!first) return;
        const outcome = (inputs: typeof messages) => {
          const result = mergeConfigs(inputs);
          return result.kind === 'merged' ? result.message.hashHex : inputs[result.index]?.hashHex;
        };
        const draw = () => numbers.next().value as number;
        const repeated = [...messages, ...messages.filter(() => draw() % 2 === 0)];
        const shuffled = repeated
          .map((message) => ({ message, place: draw() }))
          .sort((a, b) => a.place - b.place)
          .map(({ message }) => message);
        expect(outcome(shuffled)).toBe(outcome(messages));
      }),
      { numRuns: 150 }
    );
  });
});
