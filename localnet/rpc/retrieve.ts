// `retrieve` and `get_expiries`: one node's view (network.md §5.5, §5.7).
import { getExpiriesSignedText, retrieveSignedText } from '../../src/lib/crypto/index.ts';
import {
  isReadableWithoutAuth,
  isUnrevocable,
  refuseSignatureTime,
  type JsonObject
} from '../../src/lib/wire/index.ts';
import { ok, requireSwarm } from './answers.ts';
import { accountBytes, NEEDS, parseAuthorisation, requireSignature } from './authorisation.ts';
import type { Method } from './method.ts';
import * as read from './parameters.ts';
import { invalidValue, missing } from './parameters.ts';
import { refusal, throwIfRefused } from './reply.ts';

function parseRetrieve(params: JsonObject) {
  const account = read.account(params, 'pubKey');
  const auth = parseAuthorisation(params, account);
  const lastHash = read.lastHash(params);
  const maxCount = read.integer(params, 'max_count') ?? 0;
  const maxSize = read.integer(params, 'max_size') ?? 0;
  const namespace = read.namespace(params);
  const timestampMs = read.time(params, 'timestamp');
  // Undefined in deployed nodes (§5.7): refused.
  if (maxCount < 0) throw invalidValue('max_count', 'expected positive integer');
  if (!isReadableWithoutAuth(namespace)) {
    const asksNothing = namespace === 0 && timestampMs === undefined;
    if (!auth.signature && !asksNothing) throw missing('signature');
    if (auth.signature && timestampMs === undefined) throw missing('timestamp');
  }
  return { account, auth, lastHash, limits: { maxCount, maxSize }, namespace, timestampMs };
}

export const retrieve: Method = {
  prepare(context, params) {
    const request = parseRetrieve(params);
    const { account, auth, namespace, timestampMs } = request;
    return async () => {
      requireSwarm(context, account);
      if (!isReadableWithoutAuth(namespace)) {
        if (!auth.signature || timestampMs === undefined) {
          throw refusal(401, 'retrieve: request signature required');
        }
        throwIfRefused(refuseSignatureTime('retrieve', context.now(), timestampMs));
        await requireSignature(context, {
          account,
          auth,
          signed: retrieveSignedText(namespace, timestampMs),
          needs: NEEDS.read,
          complaint: 'retrieve signature verification failed',
          allowRevoked: isUnrevocable(namespace)
        });
      }
      const { messages, more } = context.store.page(
        accountBytes(account),
        namespace,
        request.lastHash,
        request.limits
      );
      return ok(context, {
        messages: messages.map(({ data, expiryMs, hash, timestampMs: timestamp }) => ({
          data: read.base64Text(data),
          expiration: expiryMs,
          hash,
          timestamp
        })),
        more
      });
    };
  }
};

export const getExpiries: Method = {
  prepare(context, params) {
    const account = read.account(params);
    const auth = parseAuthorisation(params, account);
    const listed = read.messageHashes(params);
    const time = read.time(params, 'timestamp');
    const hashes = read.requireHashes(listed);
    if (!auth.signature) throw missing('signature');
    const timestampMs = read.required(time, 'timestamp');
    return async () => {
      requireSwarm(context, account);
      throwIfRefused(refuseSignatureTime('get_expiries', context.now(), timestampMs));
      await requireSignature(context, {
        account,
        auth,
        signed: getExpiriesSignedText(timestampMs, hashes),
        needs: NEEDS.read,
        complaint: 'get_expiries signature verification failed'
      });
      const key = accountBytes(account);
      const known = hashes.map((hash) => [hash, context.store.expiryOf(key, hash)] as const);
      const expiries = Object.fromEntries(known.filter(([, expiryMs]) => expiryMs !== null));
      // The only answer without time and fork (§1.6).
      return { status: 200, body: { expiries } };
    };
  }
};
