// How much room there still is, for every screen: what the browser says now and then, and what the engine found out.
import { getContext, setContext } from 'svelte';
import { readAllowance, type Allowance } from './keep-storage.ts';
import type { Session } from './session.svelte.ts';
import { roomShare } from './storage-sums.ts';

/** From here on there is a card in Storage. */
export const CARD_SHARE = 0.7;
/** From here on there is a bar over the list as well. */
export const BAR_SHARE = 0.9;

export interface StoragePressure {
  /** `full`: the browser takes nothing more. `closed`: what is stored was taken from under this tab. */
  readonly state: 'fine' | 'nearly-full' | 'full' | 'closed';
  /** How full the allowance is, 0 to 1; null where the browser does not say. */
  readonly share: number | null;
  stop(): void;
}

/** The browser's figure moves slowly, and asking costs it something. */
const ASK_AGAIN_MS = 5 * 60_000;
/** After the first screen. */
const FIRST_MS = 3_000;
const KEY = Symbol('storage pressure');

export function createStoragePressure(
  onEvent: Session['onEvent'],
  browser: Pick<Navigator, 'storage'>
): StoragePressure {
  let allowance = $state.raw<Allowance | null>(null);
  let isFull = $state(false);
  let isClosed = $state(false);
  const share = $derived(allowance && roomShare(allowance));

  const ask = () => void readAllowance(browser).then((answer) => (allowance = answer));
  const first = setTimeout(ask, FIRST_MS);
  const timer = setInterval(ask, ASK_AGAIN_MS);
  const unsubscribe = onEvent((event) => {
    if (event.type === 'room') {
      isFull = event.isFull;
      ask();
    } else if (event.type === 'notice' && event.code === 'closed') isClosed = true;
  });

  return {
    get state() {
      if (isClosed) return 'closed';
      if (isFull) return 'full';
      return share !== null && share >= BAR_SHARE ? 'nearly-full' : 'fine';
    },
    get share() {
      return share;
    },
    stop() {
      clearTimeout(first);
      clearInterval(timer);
      unsubscribe();
    }
  };
}

export function provideStoragePressure(pressure: StoragePressure): StoragePressure {
  return setContext(KEY, pressure);
}

export function useStoragePressure(): StoragePressure {
  return getContext<StoragePressure>(KEY);
}
