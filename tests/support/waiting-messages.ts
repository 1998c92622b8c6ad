// Messages that wait in a swarm for somebody who was away, sealed as senders seal them.
import { messageHash, type CryptoBackend, type Identity } from '../../src/lib/crypto/index.ts';
import { hexToBytes } from '../../src/lib/bytes/index.ts';
import type { AccountId } from '../../src/lib/account-id.ts';
import { sealEnvelope, type PublicKeys } from '../../src/lib/hfs/index.ts';
import { sealContentFor } from '../../src/lib/messenger/build-message.ts';
import { NAMESPACES } from '../../src/lib/wire/index.ts';
import type { Localnet } from '../../localnet/index.ts';
import { messageText } from './message-texts.ts';
import { textContent } from './text-content.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const TTL_MS = 14 * DAY_MS;
/** Sealed at a time. */
const SLICE = 100;

/**
 * Puts `count` messages of the senders by turns, written over the last day, into every member of the swarm.
 * @param input.publicKeys what the account announced: they are forward secret; null: classic
 */
export async function fillSwarm(
  net: Localnet,
  crypto: CryptoBackend,
  input: {
    accountId: AccountId;
    count: number;
    senders: readonly Identity[];
    publicKeys: PublicKeys | null;
    nowMs: number;
  }
): Promise<void> {
  const { accountId, count, senders, publicKeys, nowMs } = input;
  const account = hexToBytes(accountId);
  const namespace = NAMESPACES.messages;
  const members = net.swarmOf(accountId);
  const seal = async (index: number) => {
    const timestampMs = nowMs - DAY_MS + Math.floor((index * DAY_MS) / count);
    const number = index % senders.length;
    const profile = { displayName: `Sender ${number}`, updatedSeconds: 1_700_000_000 };
    const content = textContent({ text: messageText(index), timestampMs, profile });
    const sender = senders[number] as Identity;
    const data = publicKeys
      ? await sealEnvelope(crypto, { content, sender, recipient: accountId, publicKeys })
      : await sealContentFor(crypto, sender, accountId, { content, timestampMs });
    const hash = messageHash(account, namespace, data);
    return { account, namespace, hash, timestampMs, expiryMs: timestampMs + TTL_MS, data };
  };
  for (let start = 0; start < count; start += SLICE) {
    const length = Math.min(SLICE, count - start);
    const messages = await Promise.all(Array.from({ length }, (_, offset) => seal(start + offset)));
    for (const message of messages) for (const { store } of members) store.insert(message);
  }
  await Promise.all(members.map(({ store }) => store.committed()));
}
