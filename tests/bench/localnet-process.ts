// The embedded network in a process of its own, so that the bench's client does not run on its event loop.
import { localnet } from '../../localnet/index.ts';
import { bytesToBase64 } from '../../src/lib/bytes/index.ts';
import { systemRandom } from '../../src/lib/random.ts';

const net = await localnet.create({ echo: false, rateLimit: null, dataDirectory: process.argv[2] ?? null });

export interface NetworkSaid {
  readonly nodes: readonly {
    ed25519PublicKeyHex: string;
    x25519PublicKeyHex: string;
    ip: string;
    port: number;
    swarmIdHex: string | null;
  }[];
}

/** Messages of one fill, of 1 KiB each, to as many accounts as a small network has. */
const ACCOUNTS = 200;
const FILL_AT_ONCE = 16;

async function fill(count: number): Promise<void> {
  const accounts = Array.from(
    { length: ACCOUNTS },
    () => `05${Buffer.from(systemRandom(32)).toString('hex')}`
  );
  let left = count;
  const loop = async () => {
    while (left-- > 0) {
      const pubkey = accounts[left % ACCOUNTS] as string;
      const [member] = net.swarmOf(pubkey);
      const data = bytesToBase64(systemRandom(1_024));
      const params = { pubkey, timestamp: Date.now(), ttl: 86_400_000, data };
      const { status } = (await member?.call({ method: 'store', params })) ?? { status: 0 };
      if (status !== 200) throw new Error(`a store was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: FILL_AT_ONCE }, loop));
}

function memory() {
  global.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, held: heapUsed + external };
}

process.on('message', (message: { fill: number }) => {
  const begin = performance.now();
  void fill(message.fill).then(
    () => process.send?.({ ms: performance.now() - begin, stored: net.countStored(), ...memory() }),
    (error) => process.send?.({ error: String(error) })
  );
});
process.on('disconnect', () => void net.close().then(() => process.exit(0)));

process.send?.({ nodes: net.nodeList().nodes } satisfies NetworkSaid);
