// Whose a name of the name service is (network.md §5.8): three nodes in distinct /24s are asked, and all must agree. Each
// learns a hash of the name from the last hop of a path, and so, if it can guess the name, that somebody asked for it.
import type { AccountId } from '../account-id.ts';
import { nameHash, openNameRecord } from '../crypto/index.ts';
import type { AccountName } from '../account-name.ts';
import type { RandomBytes } from '../random.ts';
import { decodeNameRecord, onsResolveRpc, type NameRecord, type RpcRequest } from '../wire/index.ts';
import { SURVEYED_NODES } from './config.ts';
import { OnionError } from './errors.ts';
import { MAX_CANDIDATES, survey } from './node-survey.ts';
import type { NodeReply } from './path-sender.ts';
import { drawNodes } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

export type NameAnswer =
  | { readonly kind: 'account'; readonly accountId: AccountId }
  /** Nobody has registered it. */
  | { readonly kind: 'unregistered' }
  /** The nodes say different things: at least one lies or is behind. */
  | { readonly kind: 'disputed' }
  /** They agree on a record that leads to no account. */
  | { readonly kind: 'no-account' };

export interface NameLookupDependencies {
  readonly usableNodes: () => readonly VerifiedNode[];
  readonly request: (node: VerifiedNode, rpc: RpcRequest, signal: AbortSignal) => Promise<NodeReply>;
  readonly random: RandomBytes;
}

/**
 * Asks for a name. A node that fails to answer, or answers nonsense, is replaced by another, nine at the most.
 * @throws OnionError `no-path` when fewer than three answered; the signal's reason
 */
export async function lookUpName(
  { usableNodes, request, random }: NameLookupDependencies,
  name: AccountName,
  signal: AbortSignal
): Promise<NameAnswer> {
  const rpc = onsResolveRpc(nameHash(name));
  const candidates = drawNodes(usableNodes(), MAX_CANDIDATES, new Set(), random);
  const answers = await survey(
    candidates,
    async (node) => {
      const { status, body } = await request(node, rpc, signal);
      if (status !== 200) throw new OnionError('destination-garbage', { retry: 'other-path' });
      return decodeNameRecord(body);
    },
    signal
  );
  if (answers.length < SURVEYED_NODES) throw new OnionError('no-path', { retry: 'later' });
  const meanings = answers.map((record) => meaningOf(name, record));
  const [first] = meanings;
  const agree = first !== undefined && meanings.every((one) => JSON.stringify(one) === JSON.stringify(first));
  return agree ? first : { kind: 'disputed' };
}

function meaningOf(name: string, record: NameRecord | null): NameAnswer {
  if (record === null) return { kind: 'unregistered' };
  try {
    return { kind: 'account', accountId: openNameRecord(name, record) };
  } catch {
    return { kind: 'no-account' };
  }
}
