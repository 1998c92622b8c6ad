// The Path screen's state: the hops of the last request, and where a real packet is now. Nothing moves by a timer
// of ours: the segment appears with an event of the engine and goes with the next one.
import type { PathSnapshot } from '../worker/protocol.ts';
import { pathRows, type PathGap, type PathRow } from './path-view.ts';
import type { Session } from './session.svelte.ts';

/** How long an answer is shown in the first gap before the line rests, milliseconds. */
const REST_AFTER_MS = 400;
/** A packet nobody hears of again is no longer shown, milliseconds: the longest a request may take. */
const LOST_AFTER_MS = 30_000;

export interface PathState {
  readonly rows: readonly PathRow[];
  readonly packet: { readonly gap: PathGap; readonly phase: 'sent' | 'answered' } | null;
  /** Asks the engine for the path, and follows it until the returned function is called. */
  follow(): () => void;
  /** Another path behind the same Entry Node. @throws AppError when none can be built now */
  renew(): Promise<void>;
}

export function createPathState(session: Pick<Session, 'call' | 'onEvent'>): PathState {
  let path = $state.raw<PathSnapshot | null>(null);
  let packet = $state.raw<PathState['packet']>(null);
  const rows = $derived(pathRows(path));

  return {
    get rows() {
      return rows;
    },
    get packet() {
      return packet;
    },
    follow() {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = session.onEvent((event) => {
        if (event.type === 'path') {
          if (event.path?.pathId !== path?.pathId) packet = null;
          path = event.path;
        }
        // Other paths carry packets too; this screen draws one.
        if (event.type !== 'packet' || (path && event.pathId !== path.pathId)) return;
        packet = { gap: event.gap, phase: event.phase };
        clearTimeout(timer);
        const last = event.phase === 'answered' && event.gap === 0;
        timer = setTimeout(() => (packet = null), last ? REST_AFTER_MS : LOST_AFTER_MS);
      });
      session.call('path.current', {}).then(
        (current) => (path ??= current),
        () => {}
      );
      return () => {
        stop();
        clearTimeout(timer);
      };
    },
    async renew() {
      await session.call('path.renew', {});
    }
  };
}
