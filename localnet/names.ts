// Names of the network's name service that this network knows (network.md §5.8).
import { bytesToBase64, bytesToHex, hexToBytes, utf8ToBytes } from '../src/lib/bytes/index.ts';
import type { AccountId } from '../src/lib/account-id.ts';
import { blake2b, encryptLayer, nameHash, type CryptoBackend } from '../src/lib/crypto/index.ts';
import type { JsonObject } from '../src/lib/wire/index.ts';

export interface NameTable {
  /** Registers a name, or gives it to somebody else. */
  set(name: string, accountId: AccountId): Promise<void>;
  /** The daemon's answer for a name hash in base64; an empty object for a name nobody has. */
  resolve(nameHashBase64: string): JsonObject;
}

const NONCE_BYTES = 24;

export function createNameTable(crypto: CryptoBackend): NameTable {
  const records = new Map<string, JsonObject>();
  return {
    async set(name, accountId) {
      const hash = nameHash(name);
      const key = blake2b(utf8ToBytes(name.toLowerCase()), { length: 32, key: hash });
      const sealed = await encryptLayer(crypto, { cipher: 'xchacha20', key }, hexToBytes(accountId));
      records.set(bytesToBase64(hash), {
        encrypted_value: bytesToHex(sealed.subarray(NONCE_BYTES)),
        nonce: bytesToHex(sealed.subarray(0, NONCE_BYTES))
      });
    },
    resolve: (hash) => records.get(hash) ?? {}
  };
}
