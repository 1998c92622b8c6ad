// How loud a recording is over its time, as bars to draw: pure.

/** Loudness of each of `bars` equal parts of the samples (−1 to 1), the loudest being 1; silence is all 0. */
export function computeWaveform(samples: Float32Array, bars: number): number[] {
  return normalised(
    inParts(samples.length, bars).map(([start, end]) => {
      let sum = 0;
      for (let index = start; index < end; index++) sum += finite(samples[index] as number) ** 2;
      return end > start ? Math.sqrt(sum / (end - start)) : 0;
    })
  );
}

/** The same out of levels (0 to 1) measured while recording. */
export function waveformOfLevels(levels: readonly number[], bars: number): number[] {
  return normalised(
    inParts(levels.length, bars).map(([start, end]) =>
      levels.slice(start, end).reduce((loudest, level) => Math.max(loudest, finite(level)), 0)
    )
  );
}

/** Each part has something in it unless there is nothing at all; with fewer samples than bars they repeat. */
function inParts(length: number, bars: number): [start: number, end: number][] {
  return Array.from({ length: bars }, (_, bar) => {
    const start = Math.floor((bar * length) / bars);
    return [start, Math.min(length, Math.max(start + 1, Math.floor(((bar + 1) * length) / bars)))];
  });
}

function normalised(bars: readonly number[]): number[] {
  const loudest = Math.max(0, ...bars);
  return bars.map((bar) => (loudest > 0 ? bar / loudest : 0));
}

function finite(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.abs(value)) : 0;
}
