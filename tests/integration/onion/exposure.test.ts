// The client's own account of whom it was in touch with is what the gateway and the nodes wrote down, request by request.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { createAccountSeed, deriveIdentity, type Identity } from '../../../src/lib/crypto/index.ts';
import { createFileClient } from '../../../src/lib/files/index.ts';
import { parseAccountName, type AccountName } from '../../../src/lib/account-name.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { notedContacts, recordExposure, type ExposureRecord } from '../../support/exposure-record.ts';
import { createOnionLocalnet, type Connected, type OnionLocalnet } from '../../support/onion-localnet.ts';
import { createRecordingProxy, type RecordingProxy } from '../../support/recording-proxy.ts';

let world: OnionLocalnet;
let proxy: RecordingProxy;
let record: ExposureRecord;
let client: Connected;
const own = deriveIdentity(createAccountSeed(systemRandom));
const other = deriveIdentity(createAccountSeed(systemRandom));

beforeAll(async () => {
  world = await createOnionLocalnet({ nodes: 12, swarms: 3 });
});
afterAll(() => world.close());
afterEach(async () => {
  await client.onion.stop();
  record.stop();
  await proxy.close();
  for (const node of world.network.nodes) if (!node.isRunning) await node.start();
});

async function connect(): Promise<void> {
  const { hostname, port } = new URL(world.gateway.origin);
  proxy = await createRecordingProxy({ targetHost: hostname, targetPort: Number(port) });
  record = recordExposure(world.network, proxy);
  client = world.connect({ gateways: [`http://127.0.0.1:${proxy.port}`] });
  client.onion.setOwnAccount(own.accountId);
  await client.onion.ready();
}
const store = ({ accountId }: Identity) =>
  client.swarm.store({ accountId, namespace: 0, data: utf8ToBytes('hello'), ttlMs: 86_400_000 });
const retrieve = () =>
  client.swarm.retrieve({ identity: own, namespaces: [{ namespace: 0 }], cursorOf: () => null });

/** Both accounts, once nothing is under way any more. */
async function accounts() {
  await client.onion.stop();
  await world.network.settle();
  const { gatewayRequests, ...recorded } = record.read(own.accountId);
  return { noted: notedContacts(client.onion.exposure()), recorded, gatewayRequests };
}

it('notes messages and reading as the gateway and the nodes do', async () => {
  await connect();
  await store(other);
  await retrieve();
  const { noted, recorded, gatewayRequests } = await accounts();
  expect(noted).toEqual(recorded);
  // Controls: every part of the comparison has something in it, or has a run below in which it has.
  expect(Object.keys(noted.ends['own-swarm'])).toHaveLength(1);
  expect(Object.keys(noted.ends['other-swarm'])).toHaveLength(1);
  expect(Object.keys(noted.ends.network).length).toBeGreaterThan(0);
  expect(noted.servers).toEqual({});
  expect(noted.ends.names).toEqual({});
  const [gateway, ...none] = client.onion.exposure().gateways;
  expect(none).toEqual([]);
  expect(gateway).toMatchObject({ origin: `http://127.0.0.1:${proxy.port}` });
  expect(gateway?.answered).toBe(gatewayRequests);
});

it('notes a file server and a name asked for', async () => {
  await connect();
  const files = createFileClient({
    onion: client.onion,
    crypto: world.crypto,
    server: world.network.descriptor.fileServer,
    clock: systemClock
  });
  await files.upload(new Uint8Array(2_000).fill(7), { stream: true });
  await client.onion.lookUpName(parseAccountName('somebody') as AccountName);
  const { noted, recorded } = await accounts();
  expect(noted).toEqual(recorded);
  expect(noted.servers).toEqual({ [world.network.descriptor.fileServer.host]: 1 });
  expect(Object.values(noted.ends.names)).toEqual([1, 1, 1]);
});

it('says of a dead guard node what it did not get', async () => {
  await connect();
  await store(other);
  const key = client.onion.lastPath()?.hops[0]?.ed25519PublicKeyHex ?? '';
  const entry = () => partsOf(key).entry ?? { count: 0, lost: 0 };
  const before = entry();
  expect(before.lost).toBe(0);
  await world.network.nodes.find((node) => node.ed25519PublicKeyHex === key)?.stop();
  // As a member of the swarm it would not answer either, and nobody could say whether it had been reached.
  let far = other;
  const isMember = () =>
    world.network.swarmOf(far.accountId).some((node) => node.ed25519PublicKeyHex === key);
  while (isMember()) far = deriveIdentity(createAccountSeed(systemRandom));
  for (let count = 0; count < 50 && entry().lost === 0; count++) await store(far).catch(() => {});
  const { noted, recorded } = await accounts();
  expect(noted).toEqual(recorded);
  expect(entry()).toMatchObject({ count: before.count });
  expect(entry().lost).toBeGreaterThan(0);
});

function partsOf(key: string) {
  return client.onion.exposure().nodes.find((node) => node.ed25519PublicKeyHex === key)?.parts ?? {};
}
