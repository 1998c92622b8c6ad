// The crypto of the engine where it runs, in a dedicated worker of Chromium. Figures per second are for one machine;
// the ratio to the curve operations, which nobody can leave out, is what holds everywhere.
import type { CryptoFigures, Kind } from './crypto-worker.ts';
import { runInWorker } from './in-worker.ts';
import { coreNote, freeCorePercent } from './numbers.ts';
import { SLICE, type Pair } from './rates.ts';
import type { Bench, BenchRow } from './types.ts';

/** Time of the operation ÷ time of its curve operations, from the budget and the floor of one machine. */
const MAX_OPEN_RATIO: Readonly<Record<Kind, number>> = { webcrypto: 1.83, noble: 1.09 };
const MIN_OPENED: Readonly<Record<Kind, number>> = { webcrypto: 6_500, noble: 1_700 };
const MIN_HYBRID_OPENED = 3_000;
const MAX_ONION_MS = 0.4;

const NAMES: Readonly<Record<Kind, string>> = { webcrypto: 'WebCrypto', noble: 'noble only' };

function openRows(pair: Pair, kind: Kind, core: string): BenchRow[] {
  const name = `open a sealed message, ${NAMES[kind]}`;
  return [
    { what: name, value: pair.perSecond, unit: '/s', atLeast: MIN_OPENED[kind], scales: true, note: core },
    {
      what: `${name}: time ÷ its agreement and verification`,
      value: pair.ratio,
      unit: '×',
      atMost: MAX_OPEN_RATIO[kind],
      note: `those alone ${pair.floorPerSecond.toFixed(0)}/s; the budget as a ratio`
    }
  ];
}

function sealRow(pair: Pair, kind: Kind): BenchRow {
  return {
    what: `sign and seal a message, ${NAMES[kind]}`,
    value: pair.perSecond,
    unit: '/s',
    note: `${pair.ratio.toFixed(2)} × the time of a key pair, an agreement and a signature`
  };
}

function hybridRows(figures: CryptoFigures, kind: Kind, core: string): BenchRow[] {
  const open = figures.openHybrid[kind];
  const singly = figures.openHybridSingly[kind];
  const seal = figures.sealHybrid[kind];
  return [
    {
      what: `open a forward-secret message, ${NAMES[kind]}`,
      value: open.perSecond,
      unit: '/s',
      ...(kind === 'webcrypto' && { atLeast: MIN_HYBRID_OPENED, scales: true }),
      note: `${SLICE} at once, as of a backlog; ${core}; ${open.ratio.toFixed(2)} × the time of an agreement and a verification`
    },
    {
      what: `the same one after the other, ${NAMES[kind]}`,
      value: singly.perSecond,
      unit: '/s',
      note: `${singly.ratio.toFixed(2)} × the time of an agreement and a verification, those one after the other too`
    },
    {
      what: `sign and seal a forward-secret message, ${NAMES[kind]}`,
      value: seal.perSecond,
      unit: '/s',
      note: `${seal.ratio.toFixed(2)} × the time of a key pair, an agreement and a signature`
    }
  ];
}

function onionRow(pair: Pair, kind: Kind, layers: 3 | 4): BenchRow {
  return {
    what: `build an onion request of 2 KiB, ${layers} layers, ${NAMES[kind]}`,
    value: 1000 / pair.perSecond,
    unit: 'ms',
    ...(kind === 'webcrypto' && { atMost: MAX_ONION_MS, scales: true }),
    note:
      `${pair.ratio.toFixed(2)} × the time of its key pairs and agreements` +
      (layers === 4 ? '; three hops and a node' : '')
  };
}

export const bench: Bench = {
  name: 'crypto in a worker',
  async run() {
    const core = coreNote(freeCorePercent());
    const figures = await runInWorker<CryptoFigures>('crypto-worker.ts');
    const { primitives, open, seal, onion3, onion4 } = figures;
    const replaced = Object.entries({ ...primitives, 'ml-kem': figures.mlKem }).filter(
      ([, by]) => by !== 'webcrypto'
    );
    if (replaced.length > 0)
      throw new Error(`without WebCrypto: ${replaced.map(([name]) => name).join(', ')}`);
    const kinds: Kind[] = ['webcrypto', 'noble'];
    return [
      ...kinds.flatMap((kind) => openRows(open[kind], kind, core)),
      ...kinds.map((kind) => sealRow(seal[kind], kind)),
      ...kinds.flatMap((kind) => hybridRows(figures, kind, core)),
      ...kinds.flatMap((kind) => [onionRow(onion3[kind], kind, 3), onionRow(onion4[kind], kind, 4)])
    ];
  }
};
