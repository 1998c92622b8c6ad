// Histories of several devices: whatever they do, they end with one document, and lose nothing that nobody overrode.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { configSet, withValue, type ConfigPath, type ConfigValue } from '../../../src/lib/config/index.ts';
import { createSwarm, Device, settle } from './devices.ts';

const DEVICES = 3;

type Step =
  | { kind: 'edit'; device: number; path: ConfigPath; value: ConfigValue | null }
  | { kind: 'own'; device: number; value: bigint }
  | { kind: 'poll'; device: number }
  | { kind: 'push'; device: number; isAnswered: boolean };

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
const history = fc.array(step, { maxLength: 40, size: 'max' });

class Devices {
  readonly swarm = createSwarm();
  readonly all = Array.from({ length: DEVICES }, () => new Device(this.swarm));

  /** Pushes and polls whenever the history says so, however much was missed. */
  playWildly(steps: readonly Step[]): void {
    for (const step of steps) this.#act(step, this.all[step.device] as Device);
    settle(this.all);
  }

  #act(step: Step, actor: Device): void {
    if (step.kind === 'poll') actor.poll();
    if (step.kind === 'push') {
      // A device hears what there is between two pushes of its own.
      if (!actor.hasPolled) actor.poll();
      actor.push(step);
    }
    if (step.kind === 'edit') actor.edit((data) => withValue(data, step.path, step.value));
    if (step.kind === 'own') {
      actor.edit((data) => withValue(data, ['own', String(step.device)], step.value));
    }
  }
}

describe('three devices that edit, push and poll as they please', () => {
  it('end with identical bytes, and the swarm holds that message', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const devices = new Devices();
        devices.playWildly(steps);
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
});
