import { describe, expect, it } from 'vitest';
import {
  blockReason,
  connectionWarning,
  type GatewayState
} from '../../../src/lib/onion/connection-state.ts';

const NOW = Date.UTC(2026, 5, 1);
const gateways = (...states: GatewayState[]) =>
  states.map((state, index) => ({ origin: `https://${index}.test`, state }));

describe('why no gateway can be used', () => {
  it.each([
    ['a lie before absence', ['gateway-unreachable', 'list-not-verified'], NOW, 'list-not-verified'],
    ['another network before absence', ['wrong-network', 'no-path'], NOW, 'wrong-network'],
    ['absence', ['gateway-unreachable', 'no-path'], NOW, 'gateway-unreachable'],
    ['a date before this code', ['gateway-unreachable'], 0, 'clock-wrong'],
    ['a date far behind it', ['gateway-unreachable'], Date.UTC(2070, 0, 1), 'clock-wrong'],
    ['a lie, whatever the date', ['list-not-verified'], 0, 'list-not-verified']
  ] as const)('is %s', (_, states, nowMs, reason) => {
    expect(blockReason(gateways(...states), nowMs)).toBe(reason);
  });
});

describe('what to warn of while connected', () => {
  it('is nothing when gateways are fine or merely absent, and the clock is about right', () => {
    expect(connectionWarning(gateways('ok', 'gateway-unreachable', 'no-path', 'unknown'), null)).toBeNull();
    expect(connectionWarning(gateways('ok'), 4 * 60_000)).toBeNull();
    expect(connectionWarning(gateways('ok'), -4 * 60_000)).toBeNull();
  });

  it('is a clock that is off, in whole minutes', () => {
    expect(connectionWarning(gateways('ok'), -3_600_123)).toEqual({ kind: 'clock-wrong', offMs: -3_600_000 });
  });

  it.each(['list-not-verified', 'wrong-network', 'guards-exhausted'] as const)(
    'is first of all a gateway that is %s',
    (state) => {
      expect(connectionWarning(gateways('ok', state), 3_600_000)).toEqual({
        kind: 'gateway-distrusted',
        origin: 'https://1.test',
        state
      });
    }
  );
});
