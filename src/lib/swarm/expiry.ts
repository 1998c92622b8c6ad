// Changes and reads when messages expire (network.md §5.5 `expire`, `expire_all`, `get_expiries`; §5.6).
import {
  expireAllSignedText,
  expireSignedText,
  getExpiriesSignedText,
  memberExpireAllText,
  memberExpireText,
  type CryptoBackend
} from '../crypto/index.ts';
import { UsageError } from '../errors.ts';
import {
  decodeExpireResult,
  decodeGetExpiriesResult,
  expireAllRpc,
  expireRpc,
  getExpiriesRpc,
  type ExpireMode,
  type Signed
} from '../wire/index.ts';
import { signRequest } from './auth.ts';
import { signalOf, type Changed, type ChangeDependencies, type OwnRequest } from './delete.ts';
import { READ_PATIENCE_MS } from './member-request.ts';
import { verifyMembers, type Confirmations } from './member-signatures.ts';

export interface Expired extends Changed {
  /** What at least one confirming member changed. */
  readonly updated: readonly string[];
  /** Expiry by hash of messages that were there and kept it: the latest that a confirming member says. */
  readonly unchanged: Readonly<Record<string, number>>;
}

interface ExpireEntry extends Signed {
  readonly expiriesMs: readonly number[];
  readonly updated: readonly string[];
  readonly unchanged: Readonly<Record<string, number>>;
}

/** Tries of `expire` and `get_expiries` (§2.2). */
const TRIES = 4;

function expired({ entries, failed }: Confirmations<ExpireEntry>): Expired {
  const confirming = [...entries.values()];
  const unchanged = new Map<string, number>();
  for (const [hash, expiryMs] of confirming.flatMap((entry) => Object.entries(entry.unchanged))) {
    unchanged.set(hash, Math.max(unchanged.get(hash) ?? 0, expiryMs));
  }
  return {
    confirmed: [...entries.keys()],
    failed,
    updated: [...new Set(confirming.flatMap((entry) => entry.updated))].sort(),
    unchanged: Object.fromEntries(unchanged)
  };
}

/**
 * Sets, extends or shortens the expiry of messages, in all namespaces.
 * @param input.expiryMs one for all hashes, or one for each in their order
 * @throws SwarmError; OnionError; UsageError
 */
export async function expire(
  { crypto, send }: ChangeDependencies,
  input: OwnRequest & {
    readonly hashes: readonly string[];
    readonly expiryMs: number | readonly number[];
    readonly mode: ExpireMode;
  }
): Promise<Expired> {
  const { identity, hashes, expiryMs, mode } = input;
  const account = identity.accountId;
  const expiriesMs = typeof expiryMs === 'number' ? [expiryMs] : expiryMs;
  if (expiriesMs.length !== 1 && expiriesMs.length !== hashes.length)
    throw new UsageError('an expiry for each hash');
  const latestMs = Math.max(...expiriesMs);
  return send({
    accountId: account,
    tries: TRIES,
    ...signalOf(input),
    build: async () => {
      const auth = await signRequest(crypto, identity, expireSignedText({ mode, expiriesMs, hashes }));
      return expireRpc({ account, hashes, expiryMs, mode, auth });
    },
    read: async (body, attempt) => {
      const { members } = decodeExpireResult(body);
      return expired(
        await verifyMembers<ExpireEntry>(crypto, members, attempt, (entry: ExpireEntry) => {
          // Members clamp to less, never to more.
          if (entry.expiriesMs.length === 0 || entry.expiriesMs.some((value) => value > latestMs))
            return null;
          return memberExpireText({ accountIdHex: account, requested: hashes, ...entry });
        })
      );
    }
  });
}

/** Shortens the expiry of everything in a namespace, or in all. @throws SwarmError; OnionError */
export async function expireAll(
  { crypto, send }: ChangeDependencies,
  input: OwnRequest & { readonly namespace: number | 'all'; readonly expiryMs: number }
): Promise<Expired> {
  const { identity, namespace, expiryMs } = input;
  const account = identity.accountId;
  return send({
    accountId: account,
    tries: TRIES,
    ...signalOf(input),
    build: async () => {
      const auth = await signRequest(crypto, identity, expireAllSignedText(namespace, expiryMs));
      return expireAllRpc({ account, namespace, expiryMs, auth });
    },
    read: async (body, attempt) => {
      const { members } = decodeExpireResult(body);
      const textOf = (entry: ExpireEntry) =>
        memberExpireAllText({ accountIdHex: account, expiryMs, updated: entry.updated });
      return expired(await verifyMembers<ExpireEntry>(crypto, members, attempt, textOf));
    }
  });
}

/**
 * Expiry of messages as one member has it; not signed by it.
 * @returns milliseconds by hash; messages it does not hold, and hashes that were not asked for, are left out
 * @throws SwarmError; OnionError
 */
export async function getExpiries(
  { crypto, send }: ChangeDependencies & { readonly crypto: CryptoBackend },
  input: OwnRequest & { readonly hashes: readonly string[] }
): Promise<Readonly<Record<string, number>>> {
  const { identity, hashes } = input;
  const account = identity.accountId;
  return send({
    accountId: account,
    tries: TRIES,
    patienceMs: READ_PATIENCE_MS,
    ...signalOf(input),
    build: async (nowMs) => {
      const auth = await signRequest(crypto, identity, getExpiriesSignedText(nowMs, hashes));
      return getExpiriesRpc({ account, hashes, timestampMs: nowMs, auth });
    },
    read: async (body) => {
      const { expiriesMs } = decodeGetExpiriesResult(body);
      return Object.fromEntries(Object.entries(expiriesMs).filter(([hash]) => hashes.includes(hash)));
    }
  });
}
