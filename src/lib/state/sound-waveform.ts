// The waveform of a voice message: loaded when one is shown. A few bytes can stand for hours of sound, so that size and
// length are looked at before anything is decoded, and what is decoded is thin.
import { computeWaveform, MAX_VOICE_MS, WAVEFORM_BARS } from '../media/index.ts';

/** Five minutes as clients record them, with room: 3 MB. */
const MAX_BYTES = 3_000_000;
/** What other clients record may be a little over. */
const MAX_SECONDS = MAX_VOICE_MS / 1_000 + 15;
/** Enough for bars; the least that browsers must offer. */
const SAMPLE_RATE = 8_000;

/** @returns 64 bars, 0 to 1; null when it is too long to be decoded or no sound */
export async function readWaveform(file: Blob, seconds: number): Promise<readonly number[] | null> {
  if (file.size > MAX_BYTES || !(seconds > 0 && seconds <= MAX_SECONDS)) return null;
  try {
    const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
    const sound = await context.decodeAudioData(await file.arrayBuffer());
    return computeWaveform(sound.getChannelData(0), WAVEFORM_BARS);
  } catch {
    return null;
  }
}
