import { describe, expect, it } from 'vitest';
import { createNodePool } from '../../../src/lib/onion/node-pool.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const HOUR_MS = 3_600_000;
const nodes = Array.from({ length: 5 }, (_, index) => ({
  ed25519PublicKeyHex: index.toString(16).padStart(64, '0'),
  ip: `10.0.${index}.1`,
  port: 443,
  swarmIdHex: '1'
}));
const [a, b] = nodes.map((node) => node.ed25519PublicKeyHex) as [string, string];

function createPool() {
  const clock = createFakeClock();
  const pool = createNodePool({ strikeLimit: 3, strikeLifetimeMs: 48 * HOUR_MS, now: () => clock.now() });
  pool.replace(nodes, clock.now());
  return { clock, pool };
}

describe('the node pool', () => {
  it('does without a node after three strikes, and says so once', () => {
    const { pool } = createPool();
    expect([pool.strike(a), pool.strike(a), pool.strike(a), pool.strike(a)]).toEqual([
      false,
      false,
      true,
      false
    ]);
    expect(pool.isUsable(a)).toBe(false);
    expect(pool.usable().map((node) => node.ed25519PublicKeyHex)).not.toContain(a);
    expect(pool.nodes()).toHaveLength(5);
  });

  it('forgets strikes after 48 hours', async () => {
    const { clock, pool } = createPool();
    for (let count = 0; count < 3; count++) pool.strike(a);
    await clock.advance(47 * HOUR_MS);
    expect(pool.isUsable(a)).toBe(false);
    await clock.advance(2 * HOUR_MS);
    expect(pool.isUsable(a)).toBe(true);
    expect(pool.exportStrikes()).toEqual({});
  });

  it('does not keep strikes for years when the device time is set back', () => {
    const { clock, pool } = createPool();
    for (let count = 0; count < 3; count++) pool.strike(a);
    clock.setDeviceTime(clock.now() - 100 * 24 * HOUR_MS);
    expect(pool.isUsable(a)).toBe(true);
  });

  it('takes strikes back one by one, or all at once', () => {
    const { pool } = createPool();
    for (let count = 0; count < 3; count++) pool.strike(a);
    pool.forgive(a);
    expect(pool.strikesOf(a)).toBe(2);
    expect(pool.isUsable(a)).toBe(true);
    pool.strike(a);
    pool.remove(b);
    pool.forgiveAll();
    expect(pool.usable()).toHaveLength(5);
  });

  it('does without a removed node until a new list has it', () => {
    const { pool } = createPool();
    pool.remove(b);
    expect(pool.isUsable(b)).toBe(false);
    pool.replace(nodes, 1);
    expect(pool.isUsable(b)).toBe(true);
  });

  it('keeps strikes over a new list, but not of nodes that left', () => {
    const { pool } = createPool();
    pool.strike(a);
    pool.strike(b);
    pool.replace(nodes.slice(1), 1);
    expect(Object.keys(pool.exportStrikes())).toEqual([b]);
  });

  it('counts no strikes of strangers, so that nobody can fill the memory', () => {
    const { pool } = createPool();
    pool.strike('ff'.repeat(32));
    pool.remove('ff'.repeat(32));
    expect(pool.exportStrikes()).toEqual({});
  });

  it('comes back as it was saved', () => {
    const { clock, pool } = createPool();
    pool.strike(a);
    pool.strike(a);
    const other = createNodePool({ strikeLimit: 3, strikeLifetimeMs: 48 * HOUR_MS, now: () => clock.now() });
    other.restore({ nodes: pool.nodes(), verifiedAtMs: pool.verifiedAtMs(), strikes: pool.exportStrikes() });
    expect(other.strikesOf(a)).toBe(2);
    expect(other.strike(a)).toBe(true);
    expect(other.verifiedAtMs()).toBe(clock.now());
  });

  it('cuts a list that is longer than any network', () => {
    const { pool } = createPool();
    const many = Array.from({ length: 10_500 }, (_, index) => ({
      ...nodes[0]!,
      ed25519PublicKeyHex: index.toString(16).padStart(64, '0')
    }));
    pool.replace(many, 1);
    expect(pool.nodes()).toHaveLength(10_000);
  });
});
