// How Echo reaches swarms: RPC to a member, without the onion that a person's client would wrap around it.
import type { AccountId } from '../../src/lib/account-id.ts';
import { bytesToHex } from '../../src/lib/bytes/index.ts';
import {
  retrieveSignedText,
  signText,
  type CryptoBackend,
  type Identity
} from '../../src/lib/crypto/index.ts';
import {
  decodeRetrieveResult,
  isJsonObject,
  retrieveRpc,
  storeRpc,
  type RetrieveResult,
  type RpcRequest
} from '../../src/lib/wire/index.ts';
import type { RpcReply } from '../rpc/reply.ts';

/** A node that runs. */
export interface ReachableNode {
  readonly ed25519PublicKeyHex: string;
  call(request: RpcRequest): Promise<RpcReply>;
}

export interface SwarmAccess {
  /** @returns whether a member took it */
  store(accountId: AccountId, data: Uint8Array, ttlMs: number): Promise<boolean>;
  /** What one member holds after the cursor; null when no member answers. */
  retrieve(
    cursorOf: (nodeEd25519Hex: string) => string | null
  ): Promise<{ nodeEd25519Hex: string; result: RetrieveResult } | null>;
}

/** @param dependencies.membersOf running members of an account's swarm */
export function createSwarmAccess(dependencies: {
  readonly crypto: CryptoBackend;
  readonly identity: Identity;
  now(): number;
  membersOf(accountId: AccountId): readonly ReachableNode[];
}): SwarmAccess {
  const { crypto, identity, membersOf, now } = dependencies;
  return {
    async store(accountId, data, ttlMs) {
      for (const member of membersOf(accountId)) {
        const request = storeRpc({ account: accountId, namespace: 0, timestampMs: now(), ttlMs, data });
        if ((await member.call(request)).status === 200) return true;
      }
      return false;
    },
    async retrieve(cursorOf) {
      const { accountId: account } = identity;
      for (const member of membersOf(account)) {
        const timestampMs = now();
        const signature = await signText(crypto, identity, retrieveSignedText(0, timestampMs));
        const request = retrieveRpc({
          account,
          namespace: 0,
          lastHash: cursorOf(member.ed25519PublicKeyHex),
          timestampMs,
          auth: { signature, ed25519PublicKeyHex: bytesToHex(identity.ed25519PublicKey) }
        });
        const { status, body } = await member.call(request);
        if (status !== 200 || body instanceof Uint8Array || !isJsonObject(body)) continue;
        return { nodeEd25519Hex: member.ed25519PublicKeyHex, result: decodeRetrieveResult(body) };
      }
      return null;
    }
  };
}
