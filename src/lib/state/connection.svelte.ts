// The connection as one view for mark, status region and line: the engine's word, the browser's, and time passing.
import { getContext, setContext } from 'svelte';
import {
  OFFER_RELAY_AFTER_MS,
  QUIET_AFTER_MS,
  viewConnection,
  type ConnectionView
} from './connection-view.ts';
import type { Session } from './session.svelte.ts';

export interface ConnectionViewState {
  readonly view: ConnectionView;
  stop(): void;
}

const KEY = Symbol('connection');

export function createConnectionViewState(
  page: Window,
  session: Pick<Session, 'connection' | 'onEvent'>
): ConnectionViewState {
  let online = $state(page.navigator.onLine);
  let sinceMs = $state(Date.now());
  let nowMs = $state(Date.now());
  let timers: ReturnType<typeof setTimeout>[] = [];

  const stopWaiting = () => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
  };
  // The two moments at which the view changes by time alone.
  const wait = () => {
    stopWaiting();
    sinceMs = nowMs = Date.now();
    timers = [QUIET_AFTER_MS, OFFER_RELAY_AFTER_MS].map((ms) =>
      setTimeout(() => {
        nowMs = Math.max(Date.now(), sinceMs + ms);
      }, ms)
    );
  };
  let waiting = true;
  const stopEvents = session.onEvent((event) => {
    if (event.type !== 'connection') return;
    const connecting = event.state.phase === 'connecting';
    if (connecting && !waiting) wait();
    if (!connecting) stopWaiting();
    waiting = connecting;
  });
  const onNetwork = () => {
    online = page.navigator.onLine;
    if (online) wait();
  };
  page.addEventListener('online', onNetwork);
  page.addEventListener('offline', onNetwork);
  wait();

  const view = $derived(viewConnection(session.connection, online, nowMs - sinceMs));
  return {
    get view() {
      return view;
    },
    stop() {
      stopWaiting();
      stopEvents();
      page.removeEventListener('online', onNetwork);
      page.removeEventListener('offline', onNetwork);
    }
  };
}

export function provideConnection(connection: ConnectionViewState): ConnectionViewState {
  return setContext(KEY, connection);
}

export function useConnection(): ConnectionViewState {
  return getContext<ConnectionViewState>(KEY);
}
