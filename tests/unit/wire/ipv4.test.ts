import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4, isNodeIpv4, isPublicIpv4, parseIpv4 } from '../../../src/lib/wire/index.ts';

describe('parseIpv4', () => {
  it('reads four decimal numbers', () => {
    expect(parseIpv4('0.0.0.0')).toBe(0);
    expect(parseIpv4('1.2.3.4')).toBe(0x01020304);
    expect(parseIpv4('255.255.255.255')).toBe(0xffffffff);
  });

  it.each([
    '',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0x7f000001',
    '0177.0.0.1',
    '127.0.0.01',
    '010.0.0.1',
    '00.0.0.0',
    '256.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '1..2.3',
    '.1.2.3.4',
    '1.2.3.4.',
    '1.2.3.-4',
    '1.2.3.+4',
    '1.2.3.4e0',
    '１.2.3.4',
    '١.2.3.4',
    '::ffff:127.0.0.1',
    '[::1]',
    'localhost',
    '1.2.3.4:80',
    '1.2.3.4/8',
    '1.2.3.1e1'
  ])('refuses the spelling %j', (text) => {
    expect(parseIpv4(text)).toBeNull();
    expect(isPublicIpv4(text)).toBe(false);
    expect(isNodeIpv4(text)).toBe(false);
  });

  it('reads every address as it is written, and only that', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (address) => {
        expect(parseIpv4(formatIpv4(address))).toBe(address);
      })
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9x.]{7,15}$/), (text) => {
        const address = parseIpv4(text);
        if (address !== null) expect(formatIpv4(address)).toBe(text);
      })
    );
  });
});

describe('isPublicIpv4', () => {
  /** The last address before each block, its first and last, and the first one after. */
  const BLOCKS: [string | null, string, string, string | null][] = [
    [null, '0.0.0.0', '0.255.255.255', '1.0.0.0'],
    ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
    ['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
    ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
    ['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
    ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
    ['191.255.255.255', '192.0.0.0', '192.0.0.255', '192.0.1.0'],
    ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0'],
    ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
    ['198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0'],
    ['198.51.99.255', '198.51.100.0', '198.51.100.255', '198.51.101.0'],
    ['203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0'],
    ['223.255.255.255', '224.0.0.0', '255.255.255.255', null]
  ];

  it.each(BLOCKS)('knows the block after %s: %s to %s, before %s', (before, first, last, after) => {
    expect(isPublicIpv4(first)).toBe(false);
    expect(isPublicIpv4(last)).toBe(false);
    if (before !== null) expect(isPublicIpv4(before)).toBe(true);
    if (after !== null) expect(isPublicIpv4(after)).toBe(true);
  });

  it.each(['95.216.33.113', '8.8.8.8', '1.1.1.1', '104.194.8.115'])('accepts %s', (text) => {
    expect(isPublicIpv4(text)).toBe(true);
  });
});

describe('isNodeIpv4', () => {
  it('refuses only the two addresses no node can have', () => {
    expect(isNodeIpv4('0.0.0.0')).toBe(false);
    expect(isNodeIpv4('255.255.255.255')).toBe(false);
    expect(isNodeIpv4('127.0.11.1')).toBe(true);
    expect(isNodeIpv4('8.8.8.8')).toBe(true);
  });
});
