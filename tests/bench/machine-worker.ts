// Runs in a dedicated worker: how fast this machine is, told by what every message takes: an agreement and a verification.
import { webcryptoCurves } from './curves.ts';
import { atOnce, perSecond, SLICE } from './rates.ts';

const ROUNDS = 5;

/** Resolves with pairs per second, the best of some rounds: what others take of the machine lengthens single ones. */
async function measure(): Promise<number> {
  const { agreeAndVerify } = await webcryptoCurves();
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await perSecond(atOnce(agreeAndVerify), SLICE));
  return Math.max(...rounds);
}

measure().then(
  (figures) => globalThis.postMessage({ figures }),
  (error: unknown) => globalThis.postMessage({ failure: String(error) })
);
