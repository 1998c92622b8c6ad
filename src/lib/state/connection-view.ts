// What a screen says about the connection (ux.md §5): pure, from what the engine and the browser report.
import type { ConnectionState } from '../worker/protocol.ts';

type ConnectionWarning = NonNullable<Extract<ConnectionState, { phase: 'connected' }>['warning']>;

export type ConnectionMarkState = 'joined' | 'building' | 'offline';

export type ConnectionView = {
  readonly mark: ConnectionMarkState;
  /** The words of the status region. */
  readonly status: 'connected' | 'offline' | 'reading-nodes' | 'verifying' | 'connecting' | 'blocked';
  readonly bar: ConnectionBar | null;
};

/** The line below the search field; null while there is nothing worth a line. */
export type ConnectionBar =
  | { readonly kind: 'offline' }
  | { readonly kind: 'building'; readonly offerRelay: boolean }
  | { readonly kind: 'warning'; readonly warning: ConnectionWarning }
  | (Omit<Extract<ConnectionState, { phase: 'blocked' }>, 'phase'> & { readonly kind: 'blocked' });

/** Not connected for this long is worth a line, milliseconds. */
export const QUIET_AFTER_MS = 3_000;
/** And this long is worth an offer to try another relay. */
export const OFFER_RELAY_AFTER_MS = 10_000;

const STEP_STATUS = {
  'node-list': 'reading-nodes',
  verifying: 'verifying',
  'building-path': 'connecting'
} as const;

/**
 * @param connection what the engine said last, null before it spoke
 * @param online what the browser says about the network at all
 * @param waitedMs how long the page has not been connected
 */
export function viewConnection(
  connection: ConnectionState | null,
  online: boolean,
  waitedMs: number
): ConnectionView {
  if (!online || connection?.phase === 'offline') {
    return { mark: 'offline', status: 'offline', bar: { kind: 'offline' } };
  }
  if (connection?.phase === 'connected') {
    const { warning } = connection;
    return { mark: 'joined', status: 'connected', bar: warning ? { kind: 'warning', warning } : null };
  }
  if (connection?.phase === 'blocked') {
    const { reason, gateways } = connection;
    return { mark: 'offline', status: 'blocked', bar: { kind: 'blocked', reason, gateways } };
  }
  return {
    mark: 'building',
    status: connection ? STEP_STATUS[connection.step] : 'connecting',
    bar: waitedMs < QUIET_AFTER_MS ? null : { kind: 'building', offerRelay: waitedMs >= OFFER_RELAY_AFTER_MS }
  };
}
