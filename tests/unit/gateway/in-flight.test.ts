import { expect, it } from 'vitest';
import { createInFlight } from '../../../gateway/in-flight.ts';

type Place = { release: () => void };

it('bounds requests per guard and in all, and gives places back once', () => {
  const inFlight = createInFlight(2, 3);
  const first = inFlight.enter('a') as Place;
  const second = inFlight.enter('a') as Place;
  expect(inFlight.enter('a')).toBe('guard-busy');
  inFlight.enter('b');
  expect(inFlight.enter('c')).toBe('gateway-busy');
  first.release();
  first.release();
  expect(inFlight.total).toBe(2);
  expect(inFlight.enter('a')).toHaveProperty('release');
  expect(inFlight.enter('c')).toBe('gateway-busy');
  second.release();
  expect(inFlight.enter('c')).toHaveProperty('release');
});
