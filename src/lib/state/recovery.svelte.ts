// The restore screen's state: what stands in the box, what the engine says about it, and which problem to name. The
// words live here only while they are typed; `clear` forgets them.
import { isRecoveryReady, mirrorSlots, recoveryProblem, type PhraseCheck } from './recovery-field.ts';

export interface RecoveryState {
  readonly text: string;
  readonly slots: ReturnType<typeof mirrorSlots>;
  readonly problem: ReturnType<typeof recoveryProblem>;
  readonly ready: boolean;
  /** Replaces the text and has it checked. */
  write(text: string): void;
  /** The button was pressed: a phrase that is merely short is named now too. @returns whether it can be tried */
  submit(): boolean;
  clear(): void;
}

/** @param check asks the engine about a text; may be slow, and the answers may come out of order */
export function createRecoveryState(check: (text: string) => Promise<PhraseCheck>): RecoveryState {
  let text = $state('');
  let answer = $state.raw<PhraseCheck | null>(null);
  let submitted = $state(false);
  const slots = $derived(mirrorSlots(text, answer));
  const problem = $derived(recoveryProblem(text, answer, submitted));
  const ready = $derived(isRecoveryReady(text, answer));

  async function ask(asked: string): Promise<void> {
    const found = await check(asked);
    if (asked === text) answer = found;
  }

  return {
    get text() {
      return text;
    },
    get slots() {
      return slots;
    },
    get problem() {
      return problem;
    },
    get ready() {
      return ready;
    },
    write(next) {
      if (next === text) return;
      text = next;
      submitted = false;
      // An engine that cannot answer is found out by the button; until then the words stay unjudged.
      ask(next).catch(() => {});
    },
    submit() {
      submitted = true;
      answer ??= { words: [], problem: null };
      return ready;
    },
    clear() {
      text = '';
      answer = null;
      submitted = false;
    }
  };
}
