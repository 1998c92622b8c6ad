// The rows of the Path screen from the real hops of the last request: pure. A letter leaves this browser under four
// layers: one for each of the three nodes of the path, and one for the destination; the letter itself is sealed to
// the person it is for, and no stop opens that (network.md §3).
import type { PathSnapshot } from '../worker/protocol.ts';
import { placeOf, type PlaceName } from './places.ts';

export type PathStop = 'you' | 'relay' | 'entry' | 'middle' | 'last' | 'destination';

export interface PathRow {
  readonly stop: PathStop;
  /** Layers still closed when the letter leaves this stop (look.md: 4, 4, 3, 2, 1, 0). */
  readonly layers: number;
  /** Host or address of the stop, null for this browser and for what is not known yet. */
  readonly address: string | null;
  /** Where it stands, as far as the address tells. */
  readonly place: 'this-browser' | 'not-yet' | PlaceName;
}

const LAYERS: Readonly<Record<PathStop, number>> = {
  you: 4,
  relay: 4,
  entry: 3,
  middle: 2,
  last: 1,
  destination: 0
};
const STOPS: readonly PathStop[] = ['you', 'relay', 'entry', 'middle', 'last', 'destination'];

/** The six rows, in the order a letter passes them. @param path null while no request was made */
export function pathRows(path: PathSnapshot | null): PathRow[] {
  return STOPS.map((stop) => {
    const address = path ? addressOf(path, stop) : null;
    return { stop, layers: LAYERS[stop], address, place: placeOfStop(stop, address) };
  });
}

function addressOf(path: PathSnapshot, stop: PathStop): string | null {
  switch (stop) {
    case 'you':
      return null;
    case 'relay':
      return hostOf(path.gatewayOrigin);
    case 'entry':
      return path.hops[0]?.ip ?? null;
    case 'middle':
      return path.hops[1]?.ip ?? null;
    case 'last':
      return path.hops[2]?.ip ?? null;
    case 'destination':
      return path.destination.address;
  }
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : origin;
}

function placeOfStop(stop: PathStop, address: string | null): PathRow['place'] {
  if (stop === 'you') return 'this-browser';
  if (address === null) return 'not-yet';
  return placeOf(address);
}

/** The gap between two rows in which a packet is seen: gap 0 lies below the first row. */
export type PathGap = 0 | 1 | 2 | 3 | 4;
