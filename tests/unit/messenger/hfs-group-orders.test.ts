import { expect, test } from 'vitest';
import { isDeviceOrder } from '../../../src/lib/messenger/hfs-group-orders.ts';

const ORDERS = [
  { action: 'link' },
  { action: 'confirm-link' },
  { action: 'cancel-link' },
  { action: 'leave' },
  { action: 'start-fresh' },
  { action: 'accept', requestId: 'a' },
  { action: 'refuse', requestId: 'a' },
  { action: 'remove', deviceId: 'ab' }
];

test.each(ORDERS)('$action is an order', (order) => {
  expect(isDeviceOrder(order)).toBe(true);
});

test.each([
  null,
  'link',
  {},
  { action: 'erase' },
  { action: 'accept' },
  { action: 'accept', deviceId: 'ab' },
  { action: 'remove', deviceId: 7 },
  { action: 'remove', deviceId: 'a'.repeat(500) }
])('what another version of the app may say is none: %j', (said) => {
  expect(isDeviceOrder(said)).toBe(false);
});
