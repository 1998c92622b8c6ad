// A voice message being made: recorded, listened to, sent or thrown away (accounts-and-messages.md §4.13).
import { errorCode } from '../errors.ts';
import type { RecordedVoice, VoiceRecording } from '../media/index.ts';

export interface VoiceState {
  readonly phase: 'idle' | 'starting' | 'recording' | 'ready';
  readonly seconds: number;
  /** Loudness of late, 0 to 1, newest last. */
  readonly levels: readonly number[];
  /** Ended by itself after five minutes. */
  readonly over: boolean;
  /** What is recorded; null before. */
  readonly recorded: (RecordedVoice & { readonly url: string }) | null;
  /** Code of why there is none. */
  readonly problem: string | null;
  start(): Promise<void>;
  /** Ends the recording, so that it can be listened to. */
  stop(): Promise<void>;
  /** Throws away whatever there is. */
  discard(): void;
}

/** Levels that are drawn. */
const SHOWN_LEVELS = 48;

/** @param begin asks for the microphone and begins */
export function createVoiceState(begin: () => Promise<VoiceRecording>): VoiceState {
  let phase = $state<VoiceState['phase']>('idle');
  let seconds = $state(0);
  let levels = $state.raw<readonly number[]>([]);
  let over = $state(false);
  let recorded = $state.raw<VoiceState['recorded']>(null);
  let problem = $state<string | null>(null);
  let recording: VoiceRecording | null = null;
  /** Counts attempts: what an older one still brings is not wanted. */
  let attempt = 0;

  function reset(): void {
    attempt += 1;
    recording?.cancel();
    recording = null;
    if (recorded) URL.revokeObjectURL(recorded.url);
    recorded = null;
    [phase, seconds, levels, over] = ['idle', 0, [], false];
  }

  async function finish(mine: number): Promise<void> {
    const ending = recording;
    if (!ending || phase !== 'recording') return;
    recording = null;
    try {
      const voice = await ending.stop();
      if (mine !== attempt) return;
      const url = URL.createObjectURL(new Blob([voice.bytes], { type: voice.contentType }));
      recorded = { ...voice, url };
      seconds = voice.durationMs / 1_000;
      phase = 'ready';
    } catch (error) {
      if (mine !== attempt) return;
      reset();
      problem = errorCode(error);
    }
  }

  return {
    get phase() {
      return phase;
    },
    get seconds() {
      return seconds;
    },
    get levels() {
      return levels;
    },
    get over() {
      return over;
    },
    get recorded() {
      return recorded;
    },
    get problem() {
      return problem;
    },
    async start() {
      if (phase !== 'idle') return;
      reset();
      const mine = attempt;
      phase = 'starting';
      problem = null;
      try {
        const begun = await begin();
        if (mine !== attempt) return begun.cancel();
        recording = begun;
        phase = 'recording';
        begun.onLevel((level, elapsedMs) => {
          seconds = elapsedMs / 1_000;
          levels = [...levels.slice(1 - SHOWN_LEVELS), level];
        });
        void begun.ended.then(() => {
          if (mine !== attempt || recording !== begun) return;
          over = true;
          void finish(mine);
        });
      } catch (error) {
        if (mine !== attempt) return;
        reset();
        problem = errorCode(error);
      }
    },
    stop: () => finish(attempt),
    discard() {
      reset();
      problem = null;
    }
  };
}
