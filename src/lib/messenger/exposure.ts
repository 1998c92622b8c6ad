// Whom this profile's engine has been in touch with, for screens: asked of this tab when it leads, else of the tab that does.
import type { Clock } from '../clock.ts';
import type { ExposureFacts } from '../onion/index.ts';

/** Facts of the network, and what only the engine can add. */
export interface Exposure extends ExposureFacts {
  /** Nodes that hold the own mail, asked or not: they pass it on to each other. */
  readonly ownSwarmSize: number;
}

/** A leading tab answers at once; one that has just gone never does. */
const PATIENCE_MS = 2_000;
/** Questions at once; a screen asks one at a time. */
const MAX_QUESTIONS = 8;

export interface ExposureQuestions {
  /** @returns null while no engine runs, or none answers */
  ask(): Promise<Exposure | null>;
  /** Another tab has answered. */
  answer(question: string, exposure: Exposure): void;
}

/**
 * @param deps.here what the engine in this tab knows; null when it runs in none or in another
 * @param deps.askOther has the leading tab asked
 * @param deps.tag tells the questions of this tab from those of others
 */
export function createExposureQuestions(deps: {
  readonly here: () => Exposure | null;
  readonly askOther: (question: string) => void;
  readonly tag: string;
  readonly clock: Pick<Clock, 'sleep'>;
}): ExposureQuestions {
  const open = new Map<string, (exposure: Exposure | null) => void>();
  let count = 0;

  return {
    async ask() {
      const here = deps.here();
      if (here !== null || open.size >= MAX_QUESTIONS) return here;
      const question = `${deps.tag}-${++count}`;
      const { promise, resolve } = Promise.withResolvers<Exposure | null>();
      const over = new AbortController();
      open.set(question, resolve);
      deps.clock.sleep(PATIENCE_MS, over.signal).then(
        () => resolve(null),
        () => {}
      );
      deps.askOther(question);
      try {
        return await promise;
      } finally {
        open.delete(question);
        over.abort();
      }
    },
    answer: (question, exposure) => open.get(question)?.(exposure)
  };
}
