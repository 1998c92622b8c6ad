// Every row of network.md §2.1 on what a destination itself answers: who is asked next, who is struck, what the caller
// learns. The path's rows are in tests/unit/onion/path-fault.test.ts.
import { afterEach, describe, expect, it } from 'vitest';
import { createAccountSeed, createCryptoBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import type { JsonValue } from '../../../src/lib/wire/index.ts';
import { createWorlds } from '../../support/onion-fakes.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const worlds = createWorlds(await createCryptoBackend());
afterEach(() => worlds.stopAll());
const me = deriveIdentity(createAccountSeed(seededRandom(3)));

interface Row {
  readonly status: number;
  readonly body: JsonValue;
  /** Members asked for one request when all of them answer this. */
  readonly members: number;
  /** Requests to each of them. */
  readonly repeats: number;
  readonly struck: boolean;
  readonly unusable?: boolean;
  readonly code: string;
  readonly retry: string;
}

const CLOCK = 'Timestamp error: check your clock';
const rows: Row[] = [
  {
    status: 401,
    body: 'Invalid signature',
    members: 2,
    repeats: 1,
    struck: false,
    code: 'rejected',
    retry: 'never'
  },
  {
    status: 400,
    body: 'invalid request',
    members: 2,
    repeats: 1,
    struck: false,
    code: 'rejected',
    retry: 'never'
  },
  { status: 404, body: 'Not Found', members: 2, repeats: 1, struck: false, code: 'rejected', retry: 'never' },
  { status: 406, body: CLOCK, members: 3, repeats: 2, struck: true, code: 'clock-skew', retry: 'later' },
  { status: 425, body: CLOCK, members: 3, repeats: 2, struck: true, code: 'clock-skew', retry: 'later' },
  { status: 421, body: 'nobody', members: 3, repeats: 1, struck: false, code: 'wrong-swarm', retry: 'later' },
  { status: 429, body: 'slow', members: 3, repeats: 1, struck: false, code: 'rate-limited', retry: 'later' },
  {
    status: 500,
    body: 'request failed',
    members: 3,
    repeats: 1,
    struck: true,
    code: 'swarm-failed',
    retry: 'later'
  },
  {
    status: 503,
    body: 'Snode not ready',
    members: 3,
    repeats: 1,
    struck: true,
    code: 'swarm-failed',
    retry: 'later'
  },
  {
    status: 502,
    body: 'oxend returned unparsable data',
    members: 3,
    repeats: 1,
    struck: true,
    unusable: true,
    code: 'swarm-failed',
    retry: 'later'
  }
];

describe('the answer of a destination', () => {
  it.each(rows)('$status "$body" is $code, $retry', async (row) => {
    const asked: string[] = [];
    const world = worlds.create({
      handle: async (node, method) => {
        if (method !== 'store') return null;
        asked.push(node.ed25519PublicKeyHex);
        return { status: row.status, body: row.body };
      }
    });
    await world.onion.ready();
    const store = world.swarm.store({
      accountId: me.accountId,
      namespace: 0,
      data: new Uint8Array(9),
      ttlMs: 60_000
    });
    await expect(store).rejects.toMatchObject({ name: 'SwarmError', code: row.code, retry: row.retry });
    const members = new Set(asked);
    expect(members.size).toBe(row.members);
    // A 421 has one retry at once besides the tries (§2.2).
    expect(asked).toHaveLength(row.members * row.repeats + (row.status === 421 ? 1 : 0));
    for (const key of members) expect(world.onion.isUsable(key)).toBe(row.unusable !== true);
    await world.onion.stop();
    const { strikes } = (await world.store.load())!;
    // Nobody else pays: neither the hops, nor members that were not asked.
    expect(new Set(Object.keys(strikes))).toEqual(row.struck ? members : new Set());
    for (const times of Object.values(strikes)) expect(times.length).toBe(row.unusable ? 3 : 1);
  });
});
