// A name being looked up for a new message: asked only when the person says so, and ended when they want that.
import type { AccountId } from '../account-id.ts';
import type { AccountName } from '../account-name.ts';
import { errorCode } from '../errors.ts';
import type { Session } from './session.svelte.ts';

export type NameProblem = 'unregistered' | 'disputed' | 'no-account' | 'unreachable' | 'wrong-network';

export type NameLookupPhase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking'; readonly name: AccountName }
  | { readonly kind: 'found'; readonly name: AccountName; readonly accountId: AccountId }
  | { readonly kind: 'failed'; readonly name: AccountName; readonly problem: NameProblem };

export interface NameLookup {
  readonly phase: NameLookupPhase;
  ask(name: AccountName): Promise<void>;
  /** Ends a question, or forgets what came of it. */
  forget(): void;
}

export function createNameLookup(call: Session['call']): NameLookup {
  let phase = $state.raw<NameLookupPhase>({ kind: 'idle' });
  let asking: AbortController | null = null;

  function forget(): void {
    asking?.abort();
    asking = null;
    phase = { kind: 'idle' };
  }

  return {
    get phase() {
      return phase;
    },
    async ask(name) {
      forget();
      const own = new AbortController();
      asking = own;
      phase = { kind: 'asking', name };
      const next = await answerOf(call, name, own.signal);
      // Given up, or another name was asked for meanwhile.
      if (asking === own) phase = next;
    },
    forget
  };
}

async function answerOf(
  call: Session['call'],
  name: AccountName,
  signal: AbortSignal
): Promise<NameLookupPhase> {
  try {
    const answer = await call('name.resolve', { name }, { signal });
    return answer.kind === 'account'
      ? { kind: 'found', name, accountId: answer.accountId }
      : { kind: 'failed', name, problem: answer.kind };
  } catch (error) {
    const problem = errorCode(error) === 'network-unknown' ? 'wrong-network' : 'unreachable';
    return { kind: 'failed', name, problem };
  }
}
