// The start sheet's state: reads the Account ID field at every key. What is merely too short is named only after a
// pause, on leaving the field, or on the button, so that nobody is corrected in the middle of typing.
import type { AccountId } from '../account-id.ts';
import { readAccountField, type AccountFieldReading } from './account-field.ts';

/** How long a text may stand unfinished before its length is named, milliseconds. */
export const UNFINISHED_PAUSE_MS = 900;

export interface StartState {
  text: string;
  readonly reading: AccountFieldReading;
  /** Whether an unfinished text is to be named as too short now. */
  readonly nameUnfinished: boolean;
  /** The person paused, left the field or pressed the button. */
  settle(): void;
}

/** @param own our own Account ID, asked at every reading */
export function createStartState(own: () => AccountId | null): StartState {
  let text = $state('');
  let settled = $state(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const reading = $derived(readAccountField(text, own()));
  return {
    get text() {
      return text;
    },
    set text(next) {
      // A paste is whole: what it lacks is said at once.
      const pasted = next.length - text.length > 1;
      text = next;
      settled = pasted;
      clearTimeout(timer);
      if (!pasted) timer = setTimeout(() => (settled = true), UNFINISHED_PAUSE_MS);
    },
    get reading() {
      return reading;
    },
    get nameUnfinished() {
      return settled;
    },
    settle() {
      clearTimeout(timer);
      settled = true;
    }
  };
}
