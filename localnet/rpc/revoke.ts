// `revoke_subaccount`, `unrevoke_subaccount`, `revoked_subaccounts` (network.md §5.4, §5.5).
import { bytesToBase64 } from '../../src/lib/bytes/index.ts';
import {
  memberRevokeBytes,
  revokedSubaccountsSignedText,
  revokeSubaccountSignedBytes,
  unrevokeSubaccountSignedBytes
} from '../../src/lib/crypto/index.ts';
import {
  refuseSignatureTime,
  type AccountKey,
  type JsonObject,
  type JsonValue
} from '../../src/lib/wire/index.ts';
import type { NodeContext } from '../node/context.ts';
import { ok, requireSwarm } from './answers.ts';
import { accountBytes, NEEDS, requireSignature, type Authorisation } from './authorisation.ts';
import { parseSigned, requireSigned } from './delete.ts';
import type { Method, SwarmMethod } from './method.ts';
import * as read from './parameters.ts';
import { badRequest, throwIfRefused } from './reply.ts';

interface RevokeRequest {
  readonly account: AccountKey;
  readonly auth: Authorisation;
  readonly timestampMs: number;
  /** 36 bytes each. */
  readonly tokens: readonly Uint8Array[];
}

const MAX_TOKENS = 50;

function tokensOf(params: JsonObject, name: 'revoke' | 'unrevoke'): Uint8Array[] | undefined {
  const value = read.given(params, name);
  if (value === undefined) return undefined;
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  if (list.length > MAX_TOKENS) {
    throw badRequest(`invalid ${name}: cannot ${name} more than ${MAX_TOKENS} subaccounts at once`);
  }
  return list.map((item) => {
    const token = typeof item === 'string' ? read.tokenBytes(item) : null;
    if (!token) throw badRequest(`invalid ${name}: expected base64 or hex-encoded subaccount tag`);
    return token;
  });
}

function revocation(
  name: 'revoke_subaccount' | 'unrevoke_subaccount',
  field: 'revoke' | 'unrevoke',
  signedBytes: typeof revokeSubaccountSignedBytes,
  change: (context: NodeContext, request: RevokeRequest) => JsonObject
): SwarmMethod<RevokeRequest> {
  return {
    name,
    parse(params) {
      const signed = parseSigned(params);
      const listed = tokensOf(params, field);
      const time = read.time(params, 'timestamp');
      const tokens = read.required(listed, field);
      const timestampMs = read.required(time, 'timestamp');
      requireSigned(signed.auth);
      return { ...signed, tokens, timestampMs };
    },
    async check(context, { account, auth, timestampMs, tokens }) {
      throwIfRefused(refuseSignatureTime(name, context.now(), timestampMs));
      await requireSignature(context, {
        account,
        auth,
        signed: signedBytes(timestampMs, tokens),
        needs: NEEDS.account,
        complaint: `${name} signature verification failed`
      });
    },
    async apply(context, request) {
      const { account, timestampMs, tokens } = request;
      const changed = change(context, request);
      const bytes = memberRevokeBytes({ accountIdHex: account.hex, timestampMs, tokens });
      return { ...changed, signature: await context.sign(bytes) };
    },
    forwardedFields: ({ timestampMs, tokens }) => ({ [field]: tokens, timestamp: timestampMs })
  };
}

export const revokeSubaccount = revocation(
  'revoke_subaccount',
  'revoke',
  revokeSubaccountSignedBytes,
  (context, { account, tokens, timestampMs }) => {
    context.store.revoke(accountBytes(account), tokens, timestampMs);
    return {};
  }
);

export const unrevokeSubaccount = revocation(
  'unrevoke_subaccount',
  'unrevoke',
  unrevokeSubaccountSignedBytes,
  (context, { account, tokens }) => ({ count: context.store.unrevoke(accountBytes(account), tokens) })
);

/** Of later servers; the form of the answer is not known from captures. */
export const revokedSubaccounts: Method = {
  prepare(context, params) {
    const { account, auth } = parseSigned(params);
    const timestampMs = read.required(read.time(params, 'timestamp'), 'timestamp');
    requireSigned(auth);
    return async () => {
      requireSwarm(context, account);
      throwIfRefused(refuseSignatureTime('revoked_subaccounts', context.now(), timestampMs));
      await requireSignature(context, {
        account,
        auth,
        signed: revokedSubaccountsSignedText(timestampMs),
        needs: NEEDS.account,
        complaint: 'revoked_subaccounts signature verification failed'
      });
      const tokens = context.store.revoked(accountBytes(account));
      return ok(context, { revoked_subaccounts: tokens.map(bytesToBase64) });
    };
  }
};
