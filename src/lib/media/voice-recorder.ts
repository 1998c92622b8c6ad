// Records a voice message (accounts-and-messages.md §4.13): at most five minutes, in the format most others play. The
// microphone is held from the start to the end of one recording and no longer.
import type { Clock } from '../clock.ts';
import { MediaError } from './errors.ts';
import { waveformOfLevels } from './waveform.ts';

export const MAX_VOICE_MS = 300_000;
export const WAVEFORM_BARS = 64;

/** AAC first, since every client plays it; Opus where the browser has no AAC. */
const RECORDED_TYPES = [
  'audio/mp4;codecs=mp4a.40.2',
  'audio/ogg;codecs=opus',
  'audio/webm;codecs=opus',
  'audio/mp4'
] as const;
const BITS_PER_SECOND = 48_000;
/** Between two looks at the level. */
const LEVEL_PAUSE_MS = 100;

export interface RecordedVoice {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Without parameters. */
  readonly contentType: string;
  readonly durationMs: number;
  /** 64 bars, 0 to 1. */
  readonly waveform: readonly number[];
}

export interface VoiceRecording {
  /** Loudness of late, 0 to 1, and how long it has run. */
  onLevel(listener: (level: number, elapsedMs: number) => void): () => void;
  /** Ends it; also resolves with what is there when five minutes were over before. @throws MediaError `recording-failed` */
  stop(): Promise<RecordedVoice>;
  /** Ends it and forgets everything. */
  cancel(): void;
  /** Resolves when nothing is recorded any more, for whatever reason. */
  readonly ended: Promise<void>;
}

/** Loudness of a stream, 0 to 1. */
export interface LevelMeter {
  level(): number;
  close(): void;
}

export interface VoiceRecorderDependencies {
  readonly getUserMedia: (constraints: MediaStreamConstraints) => Promise<MediaStream>;
  readonly Recorder: Pick<typeof MediaRecorder, 'isTypeSupported'> &
    (new (stream: MediaStream, options: MediaRecorderOptions) => MediaRecorder);
  readonly openMeter: (stream: MediaStream) => LevelMeter;
  readonly clock: Clock;
}

/**
 * Asks for the microphone and begins.
 * @throws MediaError `recording-unsupported`, `microphone-refused`
 */
export async function startVoiceRecording(dependencies: VoiceRecorderDependencies): Promise<VoiceRecording> {
  const { getUserMedia, Recorder, openMeter, clock } = dependencies;
  const mimeType = RECORDED_TYPES.find((type) => Recorder.isTypeSupported(type));
  if (!mimeType) throw new MediaError('recording-unsupported', { retry: 'never' });
  let stream: MediaStream;
  try {
    stream = await getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true }
    });
  } catch (cause) {
    throw new MediaError('microphone-refused', { retry: 'never', cause });
  }
  const meter = openMeter(stream);
  const recorder = new Recorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
  const parts: Blob[] = [];
  const levels: number[] = [];
  const listeners = new Set<(level: number, elapsedMs: number) => void>();
  const startedAt = clock.monotonic();
  const over = new AbortController();
  let [durationMs, hasFailed, isCancelled] = [0, false, false];

  const ended = new Promise<void>((resolve) => {
    recorder.addEventListener('dataavailable', ({ data }) => {
      // The last part comes after the end.
      if (!isCancelled) parts.push(data);
    });
    recorder.addEventListener('error', () => (hasFailed = true));
    recorder.addEventListener('stop', () => {
      end();
      resolve();
    });
  });

  function end(): void {
    if (over.signal.aborted) return;
    durationMs = Math.min(MAX_VOICE_MS, clock.monotonic() - startedAt);
    over.abort();
    meter.close();
    for (const track of stream.getTracks()) track.stop();
  }

  function finish(): void {
    if (recorder.state !== 'inactive') recorder.stop();
  }

  async function watch(): Promise<void> {
    for (;;) {
      await clock.sleep(LEVEL_PAUSE_MS, over.signal);
      const elapsedMs = clock.monotonic() - startedAt;
      const level = meter.level();
      levels.push(level);
      for (const listener of listeners) listener(level, elapsedMs);
      if (elapsedMs >= MAX_VOICE_MS) return finish();
    }
  }

  recorder.start();
  watch().catch(() => {});
  return {
    onLevel(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      finish();
      await ended;
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      if (hasFailed || bytes.length === 0) throw new MediaError('recording-failed', { retry: 'never' });
      const contentType = mimeType.split(';', 1)[0] as string;
      return { bytes, contentType, durationMs, waveform: waveformOfLevels(levels, WAVEFORM_BARS) };
    },
    cancel() {
      isCancelled = true;
      finish();
      end();
      parts.length = 0;
    },
    ended
  };
}

/** A meter over Web Audio. @param createContext makes an `AudioContext` */
export function createLevelMeter(createContext: () => AudioContext): (stream: MediaStream) => LevelMeter {
  return (stream) => {
    const context = createContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return {
      level() {
        analyser.getFloatTimeDomainData(samples);
        return Math.min(
          1,
          Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length)
        );
      },
      close: () => void context.close().catch(() => {})
    };
  };
}
