import { describe, expect, it } from 'vitest';
import { isAllowedGuard } from '../../../gateway/guard-address.ts';
import { createGuardDirectory } from '../../../gateway/guard-directory.ts';
import type { NodeList } from '../../../gateway/node-source.ts';

const NOTHING: ReadonlySet<string> = new Set();
const node = (ip: string, port: number) => ({ ip, port });

describe('where a guard may live', () => {
  it('is a public address, at 443 or from 1024 upwards', () => {
    for (const port of [443, 1024, 22021, 65_535])
      expect(isAllowedGuard(node('8.8.8.8', port), false, NOTHING)).toBe(true);
    for (const port of [-1, 0, 22, 80, 442, 444, 1023, 65_536, NaN, 443.5]) {
      expect(isAllowedGuard(node('8.8.8.8', port), false, NOTHING)).toBe(false);
    }
  });

  it('is not this machine itself', () => {
    expect(isAllowedGuard(node('8.8.8.8', 443), false, new Set(['8.8.8.8']))).toBe(false);
  });

  it('is anywhere on a local network', () => {
    expect(isAllowedGuard(node('127.3.0.1', 22021), true, new Set(['127.3.0.1']))).toBe(true);
    expect(isAllowedGuard(node('127.3.0.1', 22021), false, NOTHING)).toBe(false);
    expect(isAllowedGuard(node('127.3.0.1', 0), true, NOTHING)).toBe(false);
  });
});

describe('the directory of guards', () => {
  const entry = (key: string, ip: string) => ({
    ed25519PublicKeyHex: key,
    x25519PublicKeyHex: key,
    ip,
    port: 22021,
    swarmIdHex: null
  });

  it('knows the nodes of the current list, and only those', () => {
    let list: NodeList = {
      height: 1,
      fetchedAtMs: 0,
      nodes: [entry('aa', '8.8.8.8'), entry('bb', '10.0.0.1')]
    };
    const find = createGuardDirectory({ current: () => list }, false, NOTHING);
    expect(find('aa')).toEqual({ ip: '8.8.8.8', port: 22021 });
    expect(find('bb')).toBe('address-refused');
    expect(find('cc')).toBe('unknown-guard');
    expect(find('constructor')).toBe('unknown-guard');
    list = { height: 2, fetchedAtMs: 0, nodes: [entry('cc', '8.8.4.4')] };
    expect(find('aa')).toBe('unknown-guard');
    expect(find('cc')).toEqual({ ip: '8.8.4.4', port: 22021 });
  });
});
