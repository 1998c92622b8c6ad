// Formats of times for the person in front of the page, and the present moment for what depends on it.
import { getContext, setContext } from 'svelte';
import { createFormats, pickLocale, type Formats } from '../text/format.ts';

export interface FormatsState extends Formats {
  /** Device time, in steps of half a minute. */
  readonly nowMs: number;
  stop(): void;
}

/** "Yesterday" must be right within a minute of midnight. */
const STEP_MS = 30_000;
const KEY = Symbol('formats');

export function createFormatsState(page: Window): FormatsState {
  let nowMs = $state(Date.now());
  const ownClock = () => new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
  const formats = createFormats({ locale: pickLocale(page.navigator.languages, 'en'), ownClock });
  const step = () => {
    nowMs = Date.now();
  };
  const timer = setInterval(step, STEP_MS);
  page.document.addEventListener('visibilitychange', step);
  return {
    ...formats,
    get nowMs() {
      return nowMs;
    },
    stop() {
      clearInterval(timer);
      page.document.removeEventListener('visibilitychange', step);
    }
  };
}

export function provideFormats(formats: FormatsState): FormatsState {
  return setContext(KEY, formats);
}

export function useFormats(): FormatsState {
  return getContext<FormatsState>(KEY);
}
