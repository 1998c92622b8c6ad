// Where a packet is, as well as can be known: that it left and that it came back is seen, the gaps between are passed at
// the pace of earlier round trips, and only while the request is really under way.
import type { Clock } from '../clock.ts';

export interface PacketEvent {
  readonly pathId: string;
  /** 0: here to gateway, 1: gateway to guard node, … 4: last hop to destination. */
  readonly gap: 0 | 1 | 2 | 3 | 4;
  readonly phase: 'sent' | 'answered';
}

export interface PacketTrace {
  /**
   * A packet left over a path.
   * @returns to be called when its answer is back, or with `false` when it is given up
   */
  sent(pathId: string): (isAnswered: boolean) => void;
}

const GAPS = [1, 2, 3, 4] as const;
/** Before the first round trip is known. */
const FIRST_ROUND_TRIP_MS = 500;
const MIN_STEP_MS = 20;
const MAX_STEP_MS = 500;
/** Weight of the newest round trip. */
const SMOOTHING = 0.25;

export function createPacketTrace(clock: Clock, emit: (packet: PacketEvent) => void): PacketTrace {
  let roundTripMs = FIRST_ROUND_TRIP_MS;

  async function advance(pathId: string, signal: AbortSignal): Promise<void> {
    // Ten gaps to the destination and back.
    const stepMs = Math.min(MAX_STEP_MS, Math.max(MIN_STEP_MS, roundTripMs / 10));
    for (const gap of GAPS) {
      await clock.sleep(stepMs, signal);
      emit({ pathId, gap, phase: 'sent' });
    }
  }

  return {
    sent(pathId) {
      const startedAt = clock.monotonic();
      const over = new AbortController();
      emit({ pathId, gap: 0, phase: 'sent' });
      advance(pathId, over.signal).catch(() => {});
      return (isAnswered) => {
        if (over.signal.aborted) return;
        over.abort();
        if (!isAnswered) return;
        roundTripMs += SMOOTHING * (clock.monotonic() - startedAt - roundTripMs);
        emit({ pathId, gap: 0, phase: 'answered' });
      };
    }
  };
}
