// What another app may put into a swarm: any content, signed by an account whose words are known, straight to the nodes.
import type { AccountId } from '../../src/lib/account-id.ts';
import { hexToBytes } from '../../src/lib/bytes/index.ts';
import {
  createAccountSeed,
  deriveIdentity,
  messageHash,
  type CryptoBackend,
  type Identity
} from '../../src/lib/crypto/index.ts';
import { sealContentFor } from '../../src/lib/messenger/build-message.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { encodeContent, NAMESPACES, type ContentInit } from '../../src/lib/wire/index.ts';
import type { Person, TestNetwork } from './engine-network.ts';

/** The account of a person, as their other app has it. */
export async function identityOf(person: Person): Promise<Identity> {
  const { seedHex } = await person.tab.engine.revealPhrase();
  return deriveIdentity(hexToBytes(seedHex));
}

/** An account nobody has heard of. */
export const newIdentity = (): Identity => deriveIdentity(createAccountSeed(systemRandom));

export interface Foreign {
  readonly from: Identity;
  readonly to: AccountId;
  readonly content: ContentInit | Uint8Array;
  /** Of the envelope; network time, milliseconds. */
  readonly timestampMs: number;
  /** Of the content, where it lies about it. */
  readonly contentTimestampMs?: number;
}

/** @returns the hash under which it lies in the swarm of `to` */
export async function deposit(
  { net }: TestNetwork,
  crypto: CryptoBackend,
  { from, to, content, timestampMs, contentTimestampMs = timestampMs }: Foreign
): Promise<string> {
  const encoded =
    content instanceof Uint8Array
      ? content
      : encodeContent({ ...content, sigTimestamp: BigInt(contentTimestampMs) } as ContentInit);
  const data = await sealContentFor(crypto, from, to, { content: encoded, timestampMs });
  const [account, namespace] = [hexToBytes(to), NAMESPACES.messages];
  const hash = messageHash(account, namespace, data);
  const stored = { account, namespace, hash, timestampMs, expiryMs: timestampMs + 86_400_000, data };
  for (const { store } of net.swarmOf(to)) {
    store.insert(stored);
    await store.committed();
  }
  return hash;
}
