import { describe, expect, it } from 'vitest';
import { barWords, connectionWords } from '../../../src/lib/state/connection-words.ts';
import {
  OFFER_RELAY_AFTER_MS,
  QUIET_AFTER_MS,
  viewConnection
} from '../../../src/lib/state/connection-view.ts';
import type { ConnectionState } from '../../../src/lib/worker/protocol.ts';

const building: ConnectionState = { phase: 'connecting', sinceMs: 0, step: 'building-path' };
const connected: Extract<ConnectionState, { phase: 'connected' }> = { phase: 'connected', pathCount: 2 };

describe('what is said about the connection', () => {
  it('is nothing but the mark while all is well', () => {
    expect(viewConnection(connected, true, 60_000)).toEqual({
      mark: 'joined',
      status: 'connected',
      bar: null
    });
  });

  it('gets a line only after three seconds, and an offer after ten', () => {
    expect(viewConnection(building, true, QUIET_AFTER_MS - 1).bar).toBeNull();
    expect(viewConnection(building, true, QUIET_AFTER_MS).bar).toEqual({
      kind: 'building',
      offerRelay: false
    });
    expect(viewConnection(building, true, OFFER_RELAY_AFTER_MS).bar).toEqual({
      kind: 'building',
      offerRelay: true
    });
  });

  it('counts as building before the engine spoke', () => {
    expect(viewConnection(null, true, 0)).toEqual({ mark: 'building', status: 'connecting', bar: null });
  });

  it('believes the browser that there is no network, whatever the engine still thinks', () => {
    const view = viewConnection(connected, false, 0);
    expect(view).toEqual({ mark: 'offline', status: 'offline', bar: { kind: 'offline' } });
    expect(viewConnection({ phase: 'offline' }, true, 0)).toEqual(view);
  });

  it('says at once why no relay can be used, and which were tried', () => {
    const gateways = [{ origin: 'https://relay.example', state: 'wrong-network' }] as const;
    const view = viewConnection({ phase: 'blocked', reason: 'wrong-network', gateways }, true, 0);
    expect(view.bar).toEqual({ kind: 'blocked', reason: 'wrong-network', gateways });
    expect(view.mark).toBe('offline');
  });

  it('has its own words for each step', () => {
    const said = (['node-list', 'verifying', 'building-path'] as const).map((step) =>
      connectionWords(viewConnection({ phase: 'connecting', sinceMs: 0, step }, true, 0).status)
    );
    expect(new Set(said).size).toBe(3);
    expect(said[2]).toBe('Building a path');
    expect(connectionWords('connected')).toBe('Connected');
  });

  it('names how many messages wait, if any do', () => {
    expect(barWords({ kind: 'offline' }, 3)).toBe('Offline. Messages wait in the outbox (3)');
    expect(barWords({ kind: 'offline' }, 0)).toBe('Offline. Messages wait in the outbox');
  });

  it('warns while connected, of a relay that lies and of a clock by how much it is off', () => {
    const said = (warning: NonNullable<typeof connected.warning>) => {
      const view = viewConnection({ ...connected, warning }, true, 0);
      expect(view).toMatchObject({ mark: 'joined', status: 'connected', bar: { kind: 'warning' } });
      return barWords(view.bar!, 0);
    };
    const origin = 'https://relay.example';
    expect(said({ kind: 'gateway-distrusted', origin, state: 'list-not-verified' })).toContain(
      'The relay relay.example could not be confirmed'
    );
    const clock = (offMs: number) => said({ kind: 'clock-wrong', offMs });
    expect(clock(7 * 60_000)).toContain('is 7 minutes ahead.');
    expect(clock(-3 * 3_600_000)).toContain('is 3 hours behind.');
    expect(clock(5 * 365 * 86_400_000)).toContain('is 1825 days ahead.');
  });

  it('has one sentence for each reason to be blocked', () => {
    const reasons = ['wrong-network', 'list-not-verified', 'gateway-unreachable', 'clock-wrong'] as const;
    const said = reasons.map((reason) => barWords({ kind: 'blocked', reason, gateways: [] }, 0));
    expect(new Set(said).size).toBe(reasons.length);
  });
});
