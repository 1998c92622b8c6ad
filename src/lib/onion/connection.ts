// Brings the client from nothing to standing paths through one of its gateways, and again after a failure. One loop;
// everything else only wakes it.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OnionConfig } from './config.ts';
import {
  blockReason,
  connectionWarning,
  sameState,
  type ConnectionState,
  type GatewayState
} from './connection-state.ts';
import { createEmitter } from './emitter.ts';
import { OnionError } from './errors.ts';
import type { GatewayChoice } from './gateway-choice.ts';

type Step = Extract<ConnectionState, { phase: 'connecting' }>['step'];

export interface ConnectionDependencies {
  readonly gateways: GatewayChoice;
  /**
   * Makes everything ready through this gateway.
   * @returns `ok`, or what is wrong with the gateway
   * @throws OnionError `gateway-*`, `no-path`
   */
  readonly connect: (
    origin: string,
    onStep: (step: Step) => void,
    signal: AbortSignal
  ) => Promise<GatewayState>;
  readonly pathCount: () => number;
  /** Device time minus network time, as measured; null before. */
  readonly clockOffsetMs: () => number | null;
  readonly config: OnionConfig;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Connection {
  state(): ConnectionState;
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Runs until aborted. */
  run(signal: AbortSignal): Promise<void>;
  setOnline(online: boolean): void;
  /** Tries again at once. */
  retryNow(): void;
  /** A request found that the gateway or the paths are gone; `ok` when nothing is held against the gateway. */
  lost(reason: GatewayState): void;
  /** The number of paths may have changed. */
  pathsChanged(): void;
  /** The clock was measured. */
  clockMeasured(): void;
  /**
   * Resolves once requests can be sent.
   * @throws OnionError `offline`, or the reason why no gateway can be used; the signal's reason
   */
  usable(signal: AbortSignal): Promise<void>;
  /** Aborted when the gateway in use is given up or the device goes offline: answers under way will not come. */
  inUse(): AbortSignal;
  /** Resolves once connected, however long it takes. */
  ready(signal?: AbortSignal): Promise<void>;
}

export function createConnection(dependencies: ConnectionDependencies): Connection {
  const { gateways, config, clock, log } = dependencies;
  const emitter = createEmitter<ConnectionState>((error) =>
    log.error('listener-failed', { code: errorCode(error) })
  );
  let state: ConnectionState = { phase: 'connecting', sinceMs: clock.now(), step: 'node-list' };
  let isOnline = true;
  /** Ends the attempt or the wait under way. */
  let wake = new AbortController();
  let use = new AbortController();

  function setState(next: ConnectionState): void {
    if (sameState(state, next)) return;
    state = next;
    emitter.emit(next);
  }

  function setStep(step: Step): void {
    // While blocked, attempts go on behind the sentence that says so.
    if (state.phase === 'blocked') return;
    const sinceMs = state.phase === 'connecting' ? state.sinceMs : clock.now();
    setState({ phase: 'connecting', sinceMs, step });
  }

  function rouse(): void {
    wake.abort(new OnionError('gateway-unreachable', { retry: 'later' }));
    wake = new AbortController();
  }

  function setConnected(): void {
    const warning = connectionWarning(gateways.statuses(), dependencies.clockOffsetMs());
    const pathCount = dependencies.pathCount();
    setState({ phase: 'connected', pathCount, ...(warning ? { warning } : {}) });
  }

  function leave(code: 'offline' | 'reconnecting'): void {
    use.abort(new OnionError(code, { retry: 'later' }));
    use = new AbortController();
  }

  /** @returns whether one gateway worked */
  async function tryGateways(signal: AbortSignal): Promise<boolean> {
    for (const origin of gateways.order()) {
      const result = await tryGateway(origin, signal);
      if (result === 'ok') {
        gateways.chosen(origin);
        return true;
      }
      gateways.mark(origin, result);
      log.warn('gateway-unusable', { code: result });
    }
    return false;
  }

  async function tryGateway(origin: string, signal: AbortSignal): Promise<GatewayState> {
    try {
      setStep('node-list');
      return await dependencies.connect(origin, setStep, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OnionError && error.code === 'no-path') {
        return error.details.reason === 'guards-exhausted' ? 'guards-exhausted' : 'no-path';
      }
      if (!(error instanceof OnionError)) log.error('connect-failed', { code: errorCode(error) });
      return 'gateway-unreachable';
    }
  }

  /** Waits for `rouse`, at most `ms`. */
  async function pause(ms: number | null, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, wake.signal]);
    await new Promise<void>((resolve) => {
      if (either.aborted) return resolve();
      either.addEventListener('abort', () => resolve(), { once: true });
      if (ms !== null) clock.sleep(ms, either).then(resolve, () => {});
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      if (!isOnline) {
        setState({ phase: 'offline' });
        await pause(null, signal);
        continue;
      }
      const attempt = AbortSignal.any([signal, wake.signal]);
      let isConnected: boolean;
      try {
        isConnected = await tryGateways(attempt);
      } catch {
        // Aborted: offline, told to start over, or stopped.
        continue;
      }
      if (attempt.aborted) continue;
      if (isConnected) {
        failures = 0;
        setConnected();
        await pause(null, signal);
      } else {
        const statuses = gateways.statuses();
        setState({ phase: 'blocked', reason: blockReason(statuses, clock.now()), gateways: statuses });
        await pause(Math.min(config.retryMaxMs, config.retryMinMs * 2 ** failures++), signal);
      }
    }
  }

  function lost(reason: GatewayState): void {
    if (state.phase !== 'connected') return;
    const current = gateways.current();
    if (current && reason !== 'ok') gateways.mark(current.origin, reason);
    setState({ phase: 'connecting', sinceMs: clock.now(), step: 'node-list' });
    if (reason !== 'ok') leave('reconnecting');
    rouse();
  }

  /** Resolves or rejects with the first state that decides. */
  function settled(
    decide: (state: ConnectionState) => 'yes' | 'wait' | OnionError,
    signal: AbortSignal | undefined
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        remove();
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        finish();
        reject(signal?.reason as Error);
      };
      const look = (current: ConnectionState) => {
        const decision = decide(current);
        if (decision === 'wait') return;
        finish();
        if (decision === 'yes') resolve();
        else reject(decision);
      };
      const remove = emitter.on(look);
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      look(state);
    });
  }

  return {
    state: () => state,
    onState: emitter.on,
    run,
    setOnline(online) {
      if (isOnline === online) return;
      isOnline = online;
      setState(
        online ? { phase: 'connecting', sinceMs: clock.now(), step: 'node-list' } : { phase: 'offline' }
      );
      if (!online) leave('offline');
      rouse();
    },
    retryNow() {
      if (!isOnline) return;
      setState({ phase: 'connecting', sinceMs: clock.now(), step: 'node-list' });
      rouse();
    },
    lost,
    pathsChanged() {
      if (state.phase !== 'connected') return;
      if (dependencies.pathCount() > 0) setConnected();
      else lost('ok');
    },
    clockMeasured() {
      if (state.phase === 'connected') setConnected();
    },
    usable: (signal) =>
      settled((current) => {
        if (current.phase === 'connected') return 'yes';
        if (current.phase === 'offline') return new OnionError('offline', { retry: 'later' });
        if (current.phase === 'connecting') return 'wait';
        return new OnionError(current.reason, { retry: 'later' });
      }, signal),
    inUse: () => use.signal,
    ready: (signal) => settled((current) => (current.phase === 'connected' ? 'yes' : 'wait'), signal)
  };
}
