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
