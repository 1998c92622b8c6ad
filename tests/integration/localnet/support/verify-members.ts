// Signatures of members in an answer (network.md §5.6), checked with the keys of the entries.
import { base64ToBytes, hexToBytes } from '../../../../src/lib/bytes/index.ts';
import {
  memberDeleteAllText,
  memberDeleteBeforeText,
  memberDeleteText,
  memberExpireAllText,
  memberExpireText,
  memberRevokeBytes,
  memberStoreText,
  verifyText,
  type CryptoBackend
} from '../../../../src/lib/crypto/index.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../src/lib/wire/index.ts';

function texts(value: JsonValue | undefined): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}

function hashes(value: JsonValue | undefined): string[] {
  return isJsonObject(value) ? Object.values(value).flatMap(texts) : texts(value);
}

function tokens(value: JsonValue | undefined): Uint8Array[] {
  return texts(value).map((token) => (token.length === 72 ? hexToBytes(token) : base64ToBytes(token)));
}

/** What the member should have signed. */
function signedBy(method: string, params: JsonObject, entry: JsonObject): string | Uint8Array {
  const accountIdHex = String(params['pubkey'] ?? params['pubKey']).toLowerCase();
  const timestampMs = Number(params['timestamp']);
  switch (method) {
    case 'store':
      return memberStoreText(String(entry['hash']));
    case 'delete':
      return memberDeleteText({
        accountIdHex,
        requested: texts(params['messages']),
        deleted: hashes(entry['deleted'])
      });
    case 'delete_all':
      return memberDeleteAllText({ accountIdHex, timestampMs, deleted: hashes(entry['deleted']) });
    case 'delete_before':
      return memberDeleteBeforeText({
        accountIdHex,
        beforeMs: Number(params['before']),
        deleted: hashes(entry['deleted'])
      });
    case 'expire_all':
      return memberExpireAllText({
        accountIdHex,
        expiryMs: Number(params['expiry']),
        updated: hashes(entry['updated'])
      });
    case 'expire': {
      const { expiry, unchanged } = entry;
      return memberExpireText({
        accountIdHex,
        expiriesMs: (Array.isArray(expiry) ? expiry : [expiry]) as number[],
        requested: texts(params['messages']),
        updated: hashes(entry['updated']),
        ...(isJsonObject(unchanged) && { unchanged: unchanged as Record<string, number> })
      });
    }
    case 'revoke_subaccount':
    case 'unrevoke_subaccount':
      return memberRevokeBytes({
        accountIdHex,
        timestampMs,
        tokens: tokens(params['revoke'] ?? params['unrevoke'])
      });
    default:
      return '';
  }
}

/** Keys of entries whose signature does not verify; entries that failed have none. */
export async function wrongMembers(
  crypto: CryptoBackend,
  method: string,
  params: JsonObject,
  answer: JsonValue | undefined
): Promise<string[]> {
  if (!isJsonObject(answer) || !isJsonObject(answer['swarm'])) return [];
  const wrong: string[] = [];
  for (const [key, entry] of Object.entries(answer['swarm'])) {
    if (!isJsonObject(entry) || entry['failed'] === true) continue;
    const signature = base64ToBytes(String(entry['signature']));
    const isRight = await verifyText(crypto, hexToBytes(key), signedBy(method, params, entry), signature);
    if (!isRight) wrong.push(key);
  }
  return wrong;
}
