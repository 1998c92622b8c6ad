import { describe, expect, it } from 'vitest';
import { createGatewayChoice } from '../../../src/lib/onion/gateway-choice.ts';
import { createGuardList } from '../../../src/lib/onion/guard-list.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const DAY_MS = 86_400_000;

describe('the guard list', () => {
  it('lets four fresh guards a day be tried through one gateway', async () => {
    const clock = createFakeClock();
    const guards = createGuardList({ perDay: 4, now: () => clock.now() });
    for (let count = 0; count < 4; count++) {
      expect(guards.mayTryFresh('one')).toBe(true);
      guards.triedFresh('one', `guard ${count}`);
      await clock.advance(60_000);
    }
    expect(guards.mayTryFresh('one')).toBe(false);
    expect(guards.mayTryFresh('two')).toBe(true);
    await clock.advance(DAY_MS - 4 * 60_000);
    expect(guards.mayTryFresh('one')).toBe(true);
  });

  it('counts over a restart, and with the date set back', () => {
    const clock = createFakeClock();
    const before = createGuardList({ perDay: 4, now: () => clock.now() });
    for (let count = 0; count < 4; count++) before.triedFresh('one', `guard ${count}`);
    const after = createGuardList({ perDay: 4, now: () => clock.now() });
    after.restore({ guards: [], freshGuards: before.freshGuards() });
    clock.setDeviceTime(clock.now() - DAY_MS / 2);
    expect(after.mayTryFresh('one')).toBe(false);
  });

  it('knows whom it tried today through which gateway', async () => {
    const clock = createFakeClock();
    const guards = createGuardList({ perDay: 4, now: () => clock.now() });
    guards.triedFresh('one', 'first');
    guards.triedFresh('two', 'second');
    expect([...guards.triedToday('one')]).toEqual(['first']);
    await clock.advance(DAY_MS);
    expect([...guards.triedToday('one')]).toEqual([]);
  });

  it('has no limit where the list is signed', () => {
    const guards = createGuardList({ perDay: null, now: () => 0 });
    for (let count = 0; count < 100; count++) guards.triedFresh('one', `guard ${count}`);
    expect(guards.mayTryFresh('one')).toBe(true);
    expect(guards.freshGuards().length).toBeLessThanOrEqual(64);
  });

  it('remembers four guards, the oldest is forgotten', () => {
    const guards = createGuardList({ perDay: 4, now: () => 0 });
    for (const guard of ['a', 'b', 'b', 'c', 'd', 'e']) guards.adopt(guard);
    expect(guards.known()).toEqual(['b', 'c', 'd', 'e']);
    guards.drop('c');
    expect(guards.isKnown('c')).toBe(false);
  });
});

describe('the choice of a gateway', () => {
  function create() {
    const clock = createFakeClock();
    const options = { origins: ['own', 'second', 'third'], stickyMs: DAY_MS, now: () => clock.now() };
    return { clock, options, gateways: createGatewayChoice(options) };
  }

  it('begins with the own origin', () => {
    expect(create().gateways.order()).toEqual(['own', 'second', 'third']);
  });

  it('sticks to the one that worked for a day, then tries the own origin again', async () => {
    const { clock, gateways } = create();
    gateways.chosen('second');
    await clock.advance(DAY_MS - 1);
    expect(gateways.order()[0]).toBe('second');
    expect(gateways.isExpired()).toBe(false);
    await clock.advance(1);
    expect(gateways.order()[0]).toBe('own');
    expect(gateways.isExpired()).toBe(true);
  });

  it('does not begin the day anew with every connection', async () => {
    const { clock, gateways } = create();
    gateways.chosen('second');
    await clock.advance(DAY_MS / 2);
    gateways.chosen('second');
    await clock.advance(DAY_MS / 2);
    expect(gateways.order()[0]).toBe('own');
  });

  it('puts one that was found wanting last', () => {
    const { gateways } = create();
    gateways.chosen('own');
    gateways.mark('own', 'list-not-verified');
    expect(gateways.order()).toEqual(['second', 'third', 'own']);
    gateways.chosen('second');
    expect(gateways.order()).toEqual(['second', 'third', 'own']);
  });

  it('remembers its choice over a restart, if the build still knows the gateway', () => {
    const { options, gateways } = create();
    gateways.chosen('third');
    const again = createGatewayChoice(options);
    again.restore(gateways.current());
    expect(again.order()[0]).toBe('third');
    again.restore({ origin: 'gone', sinceMs: options.now() });
    expect(again.order()[0]).toBe('own');
  });
});
