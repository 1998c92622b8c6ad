// The words of the status region, and of what stands in the way.
import { unreachable } from '../errors.ts';
import { shell as text } from '../text/en/shell.ts';
import type { ConnectionBar, ConnectionView } from './connection-view.ts';

export function connectionWords(status: ConnectionView['status']): string {
  switch (status) {
    case 'connected':
      return text.connected;
    case 'offline':
      return text.offline;
    case 'reading-nodes':
      return text.readingNodes;
    case 'verifying':
      return text.verifying;
    case 'connecting':
      return text.connecting;
    case 'blocked':
      return text.offline;
    default:
      return unreachable(status);
  }
}

/** @param waiting messages in the outbox */
export function barWords(bar: ConnectionBar, waiting: number): string {
  if (bar.kind === 'offline') return text.offlineBar({ waiting });
  if (bar.kind === 'building') return text.buildingBar;
  if (bar.kind === 'warning') {
    return bar.warning.kind === 'clock-wrong'
      ? clockWords(bar.warning.offMs)
      : text.distrustedRelay({ host: bar.warning.origin.replace(/^https?:\/\//, '') });
  }
  switch (bar.reason) {
    case 'wrong-network':
      return text.blockedWrongNetwork;
    case 'list-not-verified':
      return text.blockedNotVerified;
    case 'gateway-unreachable':
      return text.blockedUnreachable;
    case 'clock-wrong':
      return text.blockedClock;
    default:
      return unreachable(bar.reason);
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** From here on the next larger unit says enough. */
const ENOUGH = 2;

/** By how much the clock is off, in the largest unit of which there are two. */
function clockWords(offMs: number): string {
  const size = Math.abs(offMs);
  const isAhead = offMs > 0;
  if (size >= ENOUGH * DAY_MS) return text.clockOffByDays({ count: Math.round(size / DAY_MS), isAhead });
  if (size >= ENOUGH * HOUR_MS) return text.clockOffByHours({ count: Math.round(size / HOUR_MS), isAhead });
  return text.clockOffByMinutes({ count: Math.round(size / MINUTE_MS), isAhead });
}
