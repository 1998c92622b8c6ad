// Names a person wants resolved: this tab asks the network when it leads, else the tab that does; and asks anew when the
// lead passes on.
import type { AccountName } from '../account-name.ts';
import type { Clock } from '../clock.ts';
import type { NameAnswer } from '../onion/index.ts';
import { MessengerError } from './errors.ts';

/** So long an answer is waited for, milliseconds: building a path and asking a node a second time fit in. */
const PATIENCE_MS = 60_000;
/** Questions at once; nobody types more. */
const MAX_QUESTIONS = 16;

export interface NameQuestions {
  /** @throws MessengerError `network-unreachable`; the signal's reason */
  resolve(name: AccountName, signal?: AbortSignal): Promise<NameAnswer>;
  /** @param answer null: the network could not be asked */
  answer(question: string, answer: NameAnswer | null): void;
  /** Another tab leads, or this one. */
  askAgain(): void;
}

/**
 * @param deps.ask asks here or at the leading tab; its signal ends when nobody wants the answer any more
 * @param deps.tag tells the questions of this tab from those of others
 */
export function createNameQuestions(deps: {
  readonly ask: (question: string, name: AccountName, signal: AbortSignal) => void;
  readonly tag: string;
  readonly clock: Pick<Clock, 'sleep'>;
}): NameQuestions {
  const open = new Map<string, { ask: () => void; settle: (answer: NameAnswer | null) => void }>();
  let count = 0;

  return {
    async resolve(name, signal) {
      signal?.throwIfAborted();
      if (open.size >= MAX_QUESTIONS) throw new MessengerError('network-unreachable', { retry: 'later' });
      const question = `${deps.tag}-${++count}`;
      const ended = new AbortController();
      const answered = Promise.withResolvers<NameAnswer | null>();
      const abort = () => answered.reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      const ask = () => deps.ask(question, name, ended.signal);
      open.set(question, { ask, settle: answered.resolve });
      const giveUp = () => answered.resolve(null);
      deps.clock.sleep(PATIENCE_MS, ended.signal).then(giveUp, () => {});
      try {
        ask();
        const answer = await answered.promise;
        if (answer === null) throw new MessengerError('network-unreachable', { retry: 'later' });
        return answer;
      } finally {
        open.delete(question);
        ended.abort();
        signal?.removeEventListener('abort', abort);
      }
    },
    answer: (question, answer) => open.get(question)?.settle(answer),
    askAgain() {
      for (const { ask } of open.values()) ask();
    }
  };
}
