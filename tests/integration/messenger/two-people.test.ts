import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { bytesToBase64 } from '../../../src/lib/bytes/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { loadMeta, openProfile } from '../../../src/lib/storage/index.ts';
import { eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';

let network: TestNetwork;
let ana: Person;
let ben: Person;

beforeAll(async () => {
  network = await createTestNetwork({ echo: true });
  [ana, ben] = await Promise.all([network.person('Ana'), network.person('Ben')]);
});
afterAll(() => network.close());

/** Within one poll interval and two seconds, with room for a busy machine. */
const SOON_MS = 15_000;

const has = (person: Person, other: AccountId, text: string) =>
  eventually(`"${text}" arrived`, async () => (await person.page.texts(other)).includes(text), SOON_MS);

/** Stores data for an account as anybody may, at every node that holds it. */
async function deposit(accountId: AccountId, data: Uint8Array): Promise<void> {
  const params = {
    pubkey: accountId,
    timestamp: Date.now(),
    namespace: 0,
    ttl: 86_400_000,
    data: bytesToBase64(data)
  };
  for (const node of network.net.nodes) await node.call({ method: 'store', params });
  await network.net.settle();
}

/** Refused items; those of kinds that are not shown yet are no fault of anybody. */
async function rejected(person: Person): Promise<number> {
  const profileId = person.page.db.name.replace('onionskin-', '');
  const store = await openProfile(person.browser.storage.environment, profileId);
  const counters = await loadMeta(store, 'counters');
  store.db.close();
  const counts = Object.entries(counters?.content.rejected ?? {}).filter(
    ([reason]) => reason !== 'not-supported'
  );
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

describe('two people over the embedded network', () => {
  test('write to each other through gateway, three hops and a swarm', async () => {
    await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
    await has(ben, ana.page.accountId, 'Hello Ben');
    expect((await ben.page.conversations())[0]).toMatchObject({ name: 'Ana', unread: 1 });
    await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
    await has(ana, ben.page.accountId, 'Hello Ana');
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['Hello Ben', 'Hello Ana']);
    await eventually('sent', async () => (await ana.page.messages(ben.page.accountId))[0]?.state === 'sent');
    const path = ana.tab.engine.messenger().currentPath();
    expect(new Set(path?.hops.map((hop) => hop.ed25519PublicKeyHex)).size).toBe(3);
    const messages = network.net.stored(ben.page.accountId).filter(({ namespace }) => namespace === 0);
    expect(messages).toHaveLength(2);
  });

  test('alone, a newcomer can talk to Echo', async () => {
    const echoId = network.net.echoAccountId as AccountId;
    await sendText(ben.tab, echoId, 'anybody here?');
    await eventually('Echo answers', async () => (await ben.page.texts(echoId)).length > 1, SOON_MS);
    const conversation = (await ben.page.conversations()).find((item) => item.accountId === echoId);
    expect(conversation?.name).not.toBeNull();
    expect(conversation?.lastMessage?.direction).toBe('in');
  });

  test('thirteen words give the same account elsewhere, and linked, with what was written and what comes', async () => {
    const laptop = await network.linked(ana);
    expect(laptop.page.accountId).toBe(ana.page.accountId);
    await has(laptop, ben.page.accountId, 'Hello Ana');
    expect(await laptop.page.texts(ben.page.accountId)).toEqual(['Hello Ben', 'Hello Ana']);
    await sendText(ben.tab, ana.page.accountId, 'to both');
    await Promise.all([has(ana, ben.page.accountId, 'to both'), has(laptop, ben.page.accountId, 'to both')]);
    await sendText(laptop.tab, ana.page.accountId, 'note to self');
    await has(ana, ana.page.accountId, 'note to self');
    expect((await ana.page.messages(ana.page.accountId))[0]).toMatchObject({
      direction: 'out',
      state: 'sent'
    });
  });

  test('what is written while the other is away comes once and in order when they return', async () => {
    const carl = await network.person('Carl');
    await carl.tab.close();
    for (const text of ['one', 'two', 'three']) await sendText(ana.tab, carl.page.accountId, text);
    await eventually(
      'sent',
      async () => {
        const states = (await ana.page.messages(carl.page.accountId)).map((message) => message.state);
        return states.length === 3 && states.every((state) => state === 'sent');
      },
      SOON_MS
    );
    const again = carl.browser.openTab();
    await again.engine.open();
    await has(carl, ana.page.accountId, 'three');
    expect(await carl.page.texts(ana.page.accountId)).toEqual(['one', 'two', 'three']);
  });

  test('a device without network keeps messages and sends them when it is back', async () => {
    const activity = { visible: true, active: true };
    ana.tab.engine.setActivity({ ...activity, online: false });
    await eventually('offline', () => ana.tab.engine.messenger().connection().state.phase === 'offline');
    await sendText(ana.tab, ben.page.accountId, 'from the tunnel');
    expect((await ana.page.messages(ben.page.accountId)).at(-1)?.state).toBe('queued');
    ana.tab.engine.setActivity({ ...activity, online: true });
    await has(ben, ana.page.accountId, 'from the tunnel');
  });

  test('a device clock that is hours wrong does not stop messaging', async () => {
    const HOUR_MS = 3_600_000;
    const late = { ...systemClock, now: () => Date.now() - 5 * HOUR_MS };
    const dora = await network.person('Dora', late);
    await eventually(
      'connected',
      () => {
        return dora.tab.engine.messenger().connection().state.phase === 'connected';
      },
      SOON_MS
    );
    await sendText(dora.tab, ben.page.accountId, 'what time is it?');
    await has(ben, dora.page.accountId, 'what time is it?');
    const [message] = await ben.page.messages(dora.page.accountId);
    expect(Math.abs((message?.sentAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    await sendText(ben.tab, dora.page.accountId, 'time to write');
    await has(dora, ben.page.accountId, 'time to write');
  });

  test('garbage in a swarm is counted, never shown, and does not stop what follows', async () => {
    const before = await ben.page.texts(ana.page.accountId);
    const countBefore = await rejected(ben);
    const [stored] = network.net.stored(ben.page.accountId).filter(({ namespace }) => namespace === 0);
    const altered = Uint8Array.from(stored?.data ?? []);
    altered[altered.length - 80] = (altered[altered.length - 80] as number) ^ 1;
    await deposit(ben.page.accountId, Uint8Array.of(1, 2, 3));
    await deposit(ben.page.accountId, new TextEncoder().encode('hello from nobody'));
    await deposit(ben.page.accountId, altered);
    await deposit(ben.page.accountId, stored?.data ?? new Uint8Array());
    await sendText(ana.tab, ben.page.accountId, 'after the noise');
    await has(ben, ana.page.accountId, 'after the noise');
    expect(await ben.page.texts(ana.page.accountId)).toEqual([...before, 'after the noise']);
    expect((await rejected(ben)) - countBefore).toBe(3);
  });

  test('two tabs of one person: one leads, the other takes over', async () => {
    const second = ana.browser.openTab();
    await second.engine.open();
    expect([ana.tab.isLeader(), second.isLeader()]).toEqual([true, false]);
    await sendText(second, ben.page.accountId, 'from the second tab');
    await has(ben, ana.page.accountId, 'from the second tab');
    const startedMs = performance.now();
    await ana.tab.close();
    await eventually('handover', () => second.isLeader());
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    await sendText(ben.tab, ana.page.accountId, 'still there?');
    await has(ana, ben.page.accountId, 'still there?');
  });
});
