// What one guess at the passphrase of a lock costs: in the app's own code, which the owner waits for once, and in native code of
// the same machine, which is what somebody with a copy of the files would use.
import { argon2Sync, randomBytes } from 'node:crypto';
import { createPassphraseParameters, deriveEntryKeys, LOCK_COST } from '../../src/lib/crypto/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Bench } from './types.ts';

const RUNS = 5;

/** Time of the processor, so that what else the machine does counts for nothing. */
async function medianCpuMs(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] as number;
}

export const bench: Bench = {
  name: 'lock',
  async run() {
    const parameters = createPassphraseParameters(LOCK_COST, systemRandom);
    const own = await medianCpuMs(() => deriveEntryKeys('four brown owls asleep', parameters));
    const native = await medianCpuMs(() =>
      argon2Sync('argon2id', {
        message: 'four brown owls asleep',
        nonce: randomBytes(16),
        parallelism: 1,
        tagLength: 32,
        memory: LOCK_COST.memoryKiB,
        passes: LOCK_COST.passes
      })
    );
    const cost = `Argon2id, ${LOCK_COST.memoryKiB / 1024} MiB, ${LOCK_COST.passes} passes; time of one core`;
    return [
      { what: 'one guess at a passphrase, in the app', value: own, unit: 'ms', note: cost },
      { what: 'one guess at a passphrase, in native code', value: native, unit: 'ms', note: cost }
    ];
  }
};
