import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, clientKey } from '../../../gateway/client-address.ts';

describe('what an address counts as', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', 'unknown'],
    ['localhost', 'unknown'],
    ['1.2.3', 'unknown'],
    ['1.2.3.4.5', 'unknown'],
    ['0x7f.1', 'unknown']
  ])('%s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it('is the same for all of an IPv6 /64 and differs outside of it', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 8, maxLength: 8 }),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        (address, tail) => {
          fc.pre(address.slice(0, 5).some((part) => part !== '0'));
          const neighbour = [...address.slice(0, 4), ...tail];
          fc.pre(neighbour.slice(0, 5).some((part) => part !== '0'));
          expect(addressKey(neighbour.join(':'))).toBe(addressKey(address.join(':')));
          const other = [...address];
          other[3] = ((parseInt(other[3] as string, 16) + 1) & 0xffff).toString(16);
          fc.pre(other.slice(0, 5).some((part) => part !== '0'));
          expect(addressKey(other.join(':'))).not.toBe(addressKey(address.join(':')));
        }
      )
    );
  });
});

describe('the address of a client', () => {
  it('is that of the connection, whatever the header says, when no proxy is trusted', () => {
    expect(clientKey('203.0.113.7', '198.51.100.1', 0)).toBe('203.0.113.7');
  });

  it('is what our own proxy saw, not what the client wrote before it', () => {
    expect(clientKey('10.0.0.1', '198.51.100.66, 203.0.113.7', 1)).toBe('203.0.113.7');
    expect(clientKey('10.0.0.1', '198.51.100.66, 203.0.113.7, 10.0.0.2', 2)).toBe('203.0.113.7');
  });

  it('is that of the connection when the header is missing or unreadable', () => {
    expect(clientKey('203.0.113.7', undefined, 1)).toBe('203.0.113.7');
    expect(clientKey('203.0.113.7', 'nonsense', 1)).toBe('203.0.113.7');
  });
});
