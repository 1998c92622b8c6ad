import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  computeWaveform,
  MAX_VOICE_MS,
  startVoiceRecording,
  waveformOfLevels
} from '../../../src/lib/media/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

describe('the waveform of a recording', () => {
  it('is as loud as its parts, the loudest being 1', () => {
    const samples = Float32Array.from({ length: 4_000 }, (_, index) => (index < 2_000 ? 0.1 : -0.4));
    const bars = computeWaveform(samples, 4);
    expect(bars.map((bar) => Math.round(bar * 100))).toEqual([25, 25, 100, 100]);
    expect(computeWaveform(new Float32Array(500), 5)).toEqual([0, 0, 0, 0, 0]);
    expect(computeWaveform(new Float32Array(0), 3)).toEqual([0, 0, 0]);
    expect(waveformOfLevels([0.1, 0.2, 0.4, 0.1], 2)).toEqual([0.5, 1]);
  });

  it('has as many bars as asked for, all between 0 and 1, whatever the samples', () => {
    const sample = fc.oneof(fc.float({ min: -2, max: 2 }), fc.constantFrom(Number.NaN, Infinity, -Infinity));
    fc.assert(
      fc.property(
        fc.array(sample, { maxLength: 300 }),
        fc.integer({ min: 1, max: 100 }),
        (samples, count) => {
          for (const bars of [
            computeWaveform(Float32Array.from(samples), count),
            waveformOfLevels(samples, count)
          ]) {
            expect(bars.length).toBe(count);
            expect(bars.every((bar) => bar >= 0 && bar <= 1)).toBe(true);
          }
        }
      ),
      { numRuns: 100 }
    );
  });
});

/** A microphone and a recorder that give what a browser's give, without sound. */
function fakeDevice(options: { types?: string[]; refuses?: boolean; failing?: boolean } = {}) {
  const { types = ['audio/webm;codecs=opus', 'audio/mp4'] } = options;
  const state = { live: 0, metered: 0, used: '' };
  class Recorder extends EventTarget {
    static isTypeSupported = (type: string) => types.includes(type);
    state = 'inactive';
    constructor(_: unknown, { mimeType = '' }: MediaRecorderOptions) {
      super();
      state.used = mimeType;
    }
    start() {
      this.state = 'recording';
    }
    stop() {
      this.state = 'inactive';
      queueMicrotask(() => {
        if (options.failing) this.dispatchEvent(new Event('error'));
        const data = new Blob(options.failing ? [] : [Uint8Array.of(1, 2, 3)]);
        this.dispatchEvent(Object.assign(new Event('dataavailable'), { data }));
        this.dispatchEvent(new Event('stop'));
      });
    }
  }
  const clock = createFakeClock();
  const start = () =>
    startVoiceRecording({
      async getUserMedia() {
        if (options.refuses) throw new DOMException('no', 'NotAllowedError');
        state.live++;
        return { getTracks: () => [{ stop: () => state.live-- }] } as unknown as MediaStream;
      },
      Recorder: Recorder as never,
      openMeter: () => {
        state.metered++;
        return { level: () => 0.5, close: () => state.metered-- };
      },
      clock
    });
  return { state, clock, start };
}

describe('recording a voice message', () => {
  it('gives sound, length and waveform, and lets the microphone go', async () => {
    const { state, clock, start } = fakeDevice();
    const recording = await start();
    const heard: number[] = [];
    recording.onLevel((level, elapsedMs) => heard.push(level, elapsedMs));
    await clock.advance(100);
    await clock.advance(100);
    expect([state.live, state.metered, heard]).toEqual([1, 1, [0.5, 100, 0.5, 200]]);
    const voice = await recording.stop();
    expect(voice).toMatchObject({
      bytes: Uint8Array.of(1, 2, 3),
      contentType: 'audio/webm',
      durationMs: 200
    });
    expect([voice.waveform.length, Math.max(...voice.waveform)]).toEqual([64, 1]);
    expect([state.live, state.metered]).toEqual([0, 0]);
  });

  it('ends by itself after five minutes and keeps what was said', async () => {
    const { state, clock, start } = fakeDevice();
    const recording = await start();
    for (let passed = 0; passed < MAX_VOICE_MS + 1_000; passed += 100) await clock.advance(100);
    await recording.ended;
    expect(state.live).toBe(0);
    expect(await recording.stop()).toMatchObject({ durationMs: MAX_VOICE_MS });
  });

  it('prefers AAC, and says when the browser, the person or the device does not want to', async () => {
    const aac = fakeDevice({ types: ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2'] });
    await aac.start();
    expect(aac.state.used).toBe('audio/mp4;codecs=mp4a.40.2');
    await expect(fakeDevice({ types: [] }).start()).rejects.toMatchObject({ code: 'recording-unsupported' });
    await expect(fakeDevice({ refuses: true }).start()).rejects.toMatchObject({ code: 'microphone-refused' });
    const failing = await fakeDevice({ failing: true }).start();
    await expect(failing.stop()).rejects.toMatchObject({ code: 'recording-failed' });
  });

  it('can be thrown away at once', async () => {
    const { state, start } = fakeDevice();
    const recording = await start();
    recording.cancel();
    expect([state.live, state.metered]).toEqual([0, 0]);
    await recording.ended;
    await expect(recording.stop()).rejects.toMatchObject({ code: 'recording-failed' });
  });
});
