// Clearing an account, step by step: what is asked, what the nodes said, and that the page is left at the end.
import { errorCode } from '../errors.ts';
import type { SwarmErasure } from '../worker/protocol.ts';
import type { Parting } from './profile-choice.ts';
import type { Session } from './session.svelte.ts';

export type ClearingReach = 'device' | 'network';

export type ClearingStep =
  | { readonly name: 'ask'; readonly reach: ClearingReach }
  | { readonly name: 'asking-nodes' }
  /** Some nodes did not sign. */
  | { readonly name: 'partly'; readonly nodes: SwarmErasure['nodes'] }
  | { readonly name: 'unreachable' }
  | { readonly name: 'failed'; readonly reach: ClearingReach; readonly code: string }
  | { readonly name: 'clearing' };

export interface Clearing {
  /** Null while nothing is asked. */
  readonly step: ClearingStep | null;
  ask(reach: ClearingReach): void;
  confirm(): void;
  again(): void;
  /** Clears the device whatever the network said. */
  anyway(): void;
  cancel(): void;
}

/**
 * @param deps.leave the device is cleared: to the next profile, or the welcome screen
 * @param deps.reopen nothing was cleared here, but the profile was closed for it
 */
export function createClearing(deps: {
  session: Pick<Session, 'call' | 'erase'>;
  leave: (next: string | null, parting: Parting) => void;
  reopen: () => void;
}): Clearing {
  const { session } = deps;
  let step = $state.raw<ClearingStep | null>(null);
  let reach: ClearingReach = 'device';
  let nodes: SwarmErasure['nodes'] | null = null;
  let work: AbortController | null = null;
  let wasClosed = false;

  async function eraseNetwork(): Promise<void> {
    step = { name: 'asking-nodes' };
    work = new AbortController();
    wasClosed = true;
    try {
      ({ nodes } = await session.call('profile.eraseNetwork', {}, { signal: work.signal }));
      if (nodes.every(({ confirmed }) => confirmed)) return await eraseDevice();
      step = { name: 'partly', nodes };
    } catch (error) {
      if (work.signal.aborted) return;
      const code = errorCode(error);
      step = code === 'network-unreachable' ? { name: 'unreachable' } : { name: 'failed', reach, code };
    }
  }

  async function eraseDevice(): Promise<void> {
    step = { name: 'clearing' };
    try {
      const { isComplete, remaining } = await session.erase();
      const counted = nodes && {
        confirmed: nodes.filter(({ confirmed }) => confirmed).length,
        all: nodes.length
      };
      deps.leave(remaining[0] ?? null, { nodes: counted, isComplete });
    } catch (error) {
      step = { name: 'failed', reach, code: errorCode(error) };
    }
  }

  const begin = () => void (reach === 'network' ? eraseNetwork() : eraseDevice());

  return {
    get step() {
      return step;
    },
    ask(wanted) {
      reach = wanted;
      nodes = null;
      step = { name: 'ask', reach };
    },
    confirm: begin,
    again: begin,
    anyway: () => void eraseDevice(),
    cancel() {
      // What was begun cannot be taken back in the middle.
      if (step?.name === 'clearing') return;
      work?.abort();
      step = null;
      if (wasClosed) deps.reopen();
    }
  };
}
