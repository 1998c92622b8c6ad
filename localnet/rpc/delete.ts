// `delete`, `delete_all`, `delete_before` (network.md §5.5, §5.6).
import {
  deleteAllSignedText,
  deleteBeforeSignedText,
  deleteSignedText,
  memberDeleteAllText,
  memberDeleteBeforeText,
  memberDeleteText
} from '../../src/lib/crypto/index.ts';
import {
  refuseDeleteBefore,
  refuseSignatureTime,
  type AccountKey,
  type JsonObject,
  type JsonValue
} from '../../src/lib/wire/index.ts';
import type { HashInNamespace } from '../storage/message-store.ts';
import {
  accountBytes,
  NEEDS,
  parseAuthorisation,
  requireSignature,
  type Authorisation
} from './authorisation.ts';
import type { SwarmMethod } from './method.ts';
import * as read from './parameters.ts';
import { missing } from './parameters.ts';
import { throwIfRefused } from './reply.ts';

interface Signed {
  readonly account: AccountKey;
  readonly auth: Authorisation;
}

/** Account and authorisation of a request that must be signed. */
export function parseSigned(params: JsonObject): Signed {
  const account = read.account(params);
  return { account, auth: parseAuthorisation(params, account) };
}

/** @throws RpcRefusal 400 when there is no signature; called after the other parameters were read */
export function requireSigned(auth: Authorisation): void {
  if (!auth.signature) throw missing('signature');
}

/** Hashes as a list, or by namespace when all were asked for. */
export function grouped(rows: readonly HashInNamespace[], namespace: number | 'all'): JsonValue {
  if (namespace !== 'all') return rows.map((row) => row.hash);
  const groups: Record<string, string[]> = {};
  for (const row of rows) (groups[row.namespace] ??= []).push(row.hash);
  return groups;
}

interface DeleteRequest extends Signed {
  readonly hashes: readonly string[];
  readonly isRequired: boolean;
}

export const deleteMessages: SwarmMethod<DeleteRequest> = {
  name: 'delete',
  parse(params) {
    const signed = parseSigned(params);
    const listed = read.messageHashes(params);
    const isRequired = read.boolean(params, 'required');
    const hashes = read.requireHashes(listed);
    requireSigned(signed.auth);
    return { ...signed, hashes, isRequired };
  },
  check: (context, { account, auth, hashes }) =>
    requireSignature(context, {
      account,
      auth,
      signed: deleteSignedText(hashes),
      needs: NEEDS.delete,
      complaint: 'delete_msgs signature verification failed'
    }),
  async apply(context, { account, hashes }) {
    const deleted = context.store.delete(accountBytes(account), hashes);
    const text = memberDeleteText({ accountIdHex: account.hex, requested: hashes, deleted });
    return { deleted, signature: await context.sign(text) };
  },
  forwardedFields: ({ hashes, isRequired }) => ({ messages: hashes, required: isRequired ? 1 : undefined }),
  finish(_context, { isRequired }, entries) {
    const isNothing = Object.values(entries).every(
      ({ deleted }) => !Array.isArray(deleted) || deleted.length === 0
    );
    return { status: isRequired && isNothing ? 404 : 200 };
  }
};

interface DeleteAllRequest extends Signed {
  readonly namespace: number | 'all';
  readonly timestampMs: number;
}

export const deleteAll: SwarmMethod<DeleteAllRequest> = {
  name: 'delete_all',
  parse(params) {
    const signed = parseSigned(params);
    const namespace = read.namespaceOrAll(params);
    const timestampMs = read.required(read.time(params, 'timestamp'), 'timestamp');
    requireSigned(signed.auth);
    return { ...signed, namespace, timestampMs };
  },
  async check(context, { account, auth, namespace, timestampMs }, isForwarded) {
    throwIfRefused(refuseSignatureTime('delete_all', context.now(), timestampMs, isForwarded));
    await requireSignature(context, {
      account,
      auth,
      signed: deleteAllSignedText(namespace, timestampMs),
      needs: NEEDS.delete,
      complaint: 'delete_all signature verification failed'
    });
  },
  async apply(context, { account, namespace, timestampMs }) {
    const rows = context.store.deleteAll(accountBytes(account), namespace);
    const text = memberDeleteAllText({
      accountIdHex: account.hex,
      timestampMs,
      deleted: rows.map((row) => row.hash)
    });
    return { deleted: grouped(rows, namespace), signature: await context.sign(text) };
  },
  forwardedFields: ({ namespace, timestampMs }) => ({
    namespace: namespace === 0 ? undefined : namespace,
    timestamp: timestampMs
  })
};

interface DeleteBeforeRequest extends Signed {
  readonly namespace: number | 'all';
  readonly beforeMs: number;
}

export const deleteBefore: SwarmMethod<DeleteBeforeRequest> = {
  name: 'delete_before',
  parse(params) {
    const signed = parseSigned(params);
    const time = read.time(params, 'before');
    const namespace = read.namespaceOrAll(params);
    const beforeMs = read.required(time, 'before');
    requireSigned(signed.auth);
    return { ...signed, namespace, beforeMs };
  },
  async check(context, { account, auth, namespace, beforeMs }) {
    throwIfRefused(refuseDeleteBefore(context.now(), beforeMs));
    await requireSignature(context, {
      account,
      auth,
      signed: deleteBeforeSignedText(namespace, beforeMs),
      needs: NEEDS.delete,
      complaint: 'delete_before signature verification failed'
    });
  },
  async apply(context, { account, namespace, beforeMs }) {
    const rows = context.store.deleteBefore(accountBytes(account), namespace, beforeMs);
    const text = memberDeleteBeforeText({
      accountIdHex: account.hex,
      beforeMs,
      deleted: rows.map((row) => row.hash)
    });
    return { deleted: grouped(rows, namespace), signature: await context.sign(text) };
  },
  forwardedFields: ({ namespace, beforeMs }) => ({
    before: beforeMs,
    namespace: namespace === 0 ? undefined : namespace
  })
};
