// Strangers with a client of their own making: whatever they like as name and text, straight into a swarm.
import type { Localnet } from '../../localnet/index.ts';
import { parseAccountId } from '../../src/lib/account-id.ts';
import { bytesToBase64 } from '../../src/lib/bytes/index.ts';
import { createAccountSeed, createCryptoBackend, deriveIdentity } from '../../src/lib/crypto/index.ts';
import { sealContentFor } from '../../src/lib/messenger/build-message.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { encodeContent, type ContentInit } from '../../src/lib/wire/index.ts';
import { textContent } from '../support/text-content.ts';

export interface Stranger {
  readonly accountId: string;
  /** Stores one message for an account. */
  write(to: string, text: string): Promise<void>;
  /** Stores any content. @returns its sent time */
  send(to: string, content: ContentInit): Promise<number>;
}

/** Now, and later than the time before. */
function ticking(): () => number {
  let lastMs = 0;
  return () => (lastMs = Math.max(lastMs + 1, Date.now()));
}

/** @param nextTimeMs gives each message a time of its own, later than the one before */
export async function createStranger(
  net: Localnet,
  displayName: string,
  nextTimeMs: () => number = ticking()
): Promise<Stranger> {
  const crypto = await createCryptoBackend();
  const identity = deriveIdentity(createAccountSeed(systemRandom));
  async function store(to: string, content: Uint8Array, timestampMs: number): Promise<void> {
    const data = await sealContentFor(crypto, identity, parseAccountId(to), { content, timestampMs });
    const params = {
      pubkey: to,
      timestamp: Date.now(),
      namespace: 0,
      ttl: 86_400_000,
      data: bytesToBase64(data)
    };
    const [node] = net.swarmOf(to);
    const reply = await node?.call({ method: 'store', params });
    if (reply?.status !== 200) throw new Error(`a stranger's message was refused: ${reply?.status}`);
  }

  return {
    accountId: identity.accountId,
    async write(to, text) {
      const timestampMs = nextTimeMs();
      const profile = { displayName, updatedSeconds: Math.floor(timestampMs / 1000) };
      await store(to, textContent({ text, timestampMs, profile }), timestampMs);
    },
    async send(to, content) {
      const timestampMs = nextTimeMs();
      const stamped = { ...content, sigTimestamp: BigInt(timestampMs) } as ContentInit;
      await store(to, encodeContent(stamped), timestampMs);
      return timestampMs;
    }
  };
}
