// A gateway that lies: it gets no onion request at all, so none that names the account, and the person is told in one
// sentence. Control: behind the same watch, an honest answer leads to onion requests and a sent message.
import { generateKeyPairSync, sign } from 'node:crypto';
import type { BrowserContext, Route } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { createAccount, createPerson, expectSent, say, type Person } from './people.ts';

type Lie = (route: Route) => Promise<void>;

/** The list with only nodes of the gateway's own, signed by a key of the gateway's own. */
const ownNodes: Lie = async (route) => {
  const response = await route.fetch();
  const list = (await response.json()) as { nodes: Record<string, unknown>[] };
  const nodes = list.nodes.map((node, index) => {
    const own = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string;
    return {
      ...node,
      pubkey_ed25519: Buffer.from(own, 'base64url').toString('hex'),
      public_ip: `127.99.${index + 1}.1`
    };
  });
  const body = JSON.stringify({ ...list, nodes });
  const signature = sign(null, Buffer.from(body), generateKeyPairSync('ed25519').privateKey);
  await route.fulfill({
    contentType: 'application/json',
    headers: { 'X-Network-Signature': signature.toString('base64') },
    body
  });
};

/** The true list, too short to hold a path, under the true signature of the whole. */
const fewNodes: Lie = async (route) => {
  const response = await route.fetch();
  const list = (await response.json()) as { nodes: unknown[] };
  await route.fulfill({ response, body: JSON.stringify({ ...list, nodes: list.nodes.slice(0, 3) }) });
};

const otherNetwork: Lie = async (route) => {
  const response = await route.fetch();
  const info = (await response.json()) as object;
  await route.fulfill({ response, body: JSON.stringify({ ...info, network: 'b'.repeat(64) }) });
};

async function watchOnions(context: BrowserContext): Promise<string[]> {
  const seen: string[] = [];
  context.on('request', (request) => {
    if (request.url().includes('/gateway/v1/onion/')) seen.push(request.url());
  });
  return seen;
}

test.describe('a gateway that lies', () => {
  let ana: Person;
  test.afterEach(async () => {
    // An answer that is on its way through the route goes with the browser.
    await ana.context.unrouteAll({ behavior: 'ignoreErrors' });
    await ana.forget();
  });

  const cases: [string, string, Lie, RegExp][] = [
    [
      'says it belongs to another network',
      '**/gateway/v1/info',
      otherNetwork,
      /The relay belongs to another network/
    ],
    ['lists only nodes of its own', '**/gateway/v1/nodes', ownNodes, /could not be confirmed/],
    [
      'leaves out the nodes the network is known by',
      '**/gateway/v1/nodes',
      fewNodes,
      /could not be confirmed/
    ]
  ];
  for (const [what, address, lie, sentence] of cases) {
    test(`that ${what} gets no onion request, and the person one sentence`, async ({ baseURL }) => {
      const prepare = async (context: BrowserContext) => void (await context.route(address, lie));
      ana = await createPerson('Ana', { baseUrl: baseURL as string, prepare, serviceWorkers: 'block' });
      const onions = await watchOnions(ana.context);
      await createAccount(ana.page, 'Ana');
      await expect(ana.page.getByText(sentence)).toBeVisible({ timeout: 20_000 });
      await ana.page.getByRole('button', { name: 'Write' }).click();
      await say(ana.page, 'This has to wait');
      await expect(ana.page.getByRole('article', { name: /This has to wait/ })).toHaveAccessibleName(
        /Queued/
      );
      expect(onions).toEqual([]);
    });
  }

  test('is told apart from an honest one, which carries the message (control)', async ({ baseURL }) => {
    const honest = async (route: Route) => route.fulfill({ response: await route.fetch() });
    const prepare = async (context: BrowserContext) =>
      void (await context.route('**/gateway/v1/nodes', honest));
    ana = await createPerson('Ana', { baseUrl: baseURL as string, prepare, serviceWorkers: 'block' });
    const onions = await watchOnions(ana.context);
    await createAccount(ana.page, 'Ana');
    await ana.page.getByRole('button', { name: 'Write' }).click();
    await say(ana.page, 'This goes through');
    await expectSent(ana.page, 'This goes through');
    expect(onions.length).toBeGreaterThan(0);
  });
});
