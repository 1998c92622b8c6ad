// What the gateway and the host of the page can see, taken from the raw bytes of every connection, in a conversation
// of two people with reloads. Control: the same scanner finds the same secrets in what destination nodes opened.
import { randomBytes } from 'node:crypto';
import { createRecordingProxy, type RecordingProxy } from '../support/recording-proxy.ts';
import { createScanner, hexSecret, textSecret } from '../support/plaintext-scanner.ts';
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  createPerson,
  DELIVERY_TIMEOUT_MS,
  expectSent,
  message,
  openRequest,
  ownAccountId,
  say,
  startConversation,
  type Person
} from './people.ts';

function canary(): string {
  return randomBytes(24).toString('base64url');
}

test.describe('the gateway', () => {
  const people: Person[] = [];
  let proxy: RecordingProxy | null = null;
  test.afterEach(async () => {
    for (const person of people.splice(0)) await person.forget();
    await proxy?.close();
    proxy = null;
  });

  test('never sees an Account ID, a name or a text', async ({ openedByNodes, gatewayAddress }) => {
    proxy = await createRecordingProxy({ targetHost: gatewayAddress.host, targetPort: gatewayAddress.port });
    const baseUrl = `http://127.0.0.1:${proxy.port}`;
    for (const name of ['Ana', 'Ben']) people.push(await createPerson(name, { baseUrl }));
    const [ana, ben] = people as [Person, Person];
    const names = [canary(), canary()] as const;
    const texts = [canary(), canary()] as const;

    await createAccount(ana.page, names[0]);
    await createAccount(ben.page, names[1]);
    const anaId = await ownAccountId(ana.page);
    const benId = await ownAccountId(ben.page);
    await startConversation(ana.page, benId);
    await say(ana.page, texts[0]);
    await expectSent(ana.page, texts[0]);
    await openRequest(ben.page, names[0]);
    await say(ben.page, texts[1]);
    await expect(message(ana.page, texts[1])).toHaveCount(1, { timeout: DELIVERY_TIMEOUT_MS });
    await ana.page.reload();
    await ben.page.reload();
    await expect(message(ana.page, texts[1])).toHaveCount(1);
    await expect(message(ben.page, texts[0])).toHaveCount(1);

    const ids = [
      textSecret('Account ID of Ana', anaId),
      hexSecret('key of Ana', anaId.slice(2)),
      textSecret('Account ID of Ben', benId),
      hexSecret('key of Ben', benId.slice(2))
    ];
    const scanner = createScanner([
      ...ids,
      ...names.map((name) => textSecret('name', name)),
      ...texts.map((text) => textSecret('text', text))
    ]);
    const traffic = Buffer.concat([proxy.sent(), proxy.answered()]);
    expect(traffic.length).toBeGreaterThan(100_000);
    expect(traffic.includes('POST /gateway/v1/onion/')).toBe(true);
    expect(scanner.scan(traffic, 'wire of the gateway')).toEqual([]);

    // Controls: the same scanner finds the IDs where they have to be, and a text that really crosses this wire.
    const opened = createScanner(ids).scan(await openedByNodes(), 'opened by destinations');
    expect(new Set(opened.map((finding) => finding.label))).toEqual(
      new Set(['Account ID of Ana', 'key of Ana', 'Account ID of Ben', 'key of Ben'])
    );
    await fetch(`${baseUrl}/not-a-page`, { method: 'POST', body: Buffer.from(texts[0]).toString('hex') });
    expect(scanner.scan(proxy.sent(), 'wire of the gateway')).toMatchObject([{ label: 'text' }]);
  });
});
