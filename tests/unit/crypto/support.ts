// What the tests of this folder share: both backends, and the people of the vectors.
import {
  createCryptoBackend,
  createNobleBackend,
  deriveIdentity,
  type Identity
} from '../../../src/lib/crypto/index.ts';
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
import { errorCode } from '../../../src/lib/errors.ts';
import { loadVectors } from '../../support/vectors.ts';

/** Every vector runs on each of these. */
export const BACKENDS = [
  { name: 'noble', crypto: createNobleBackend() },
  { name: 'webcrypto', crypto: await createCryptoBackend() }
];

export interface MessageVector {
  what: string;
  from: string;
  to: string;
  content_hex: string;
  padded_length: number;
  padded_sha256: string;
  signature_hex: string;
  ephemeral_x25519_secret_hex: string;
  ephemeral_x25519_public_hex: string;
  sealed_hex: string;
  wrapped_b64: string;
  timestamp_ms: number;
  pro_sig_hex: string;
}

export interface AccountVector {
  what: string;
  identity?: string;
  seed_hex: string;
  recovery_phrase: string;
  ed25519_seed_hex: string;
  ed25519_public_key_hex: string;
  x25519_public_key_hex: string;
  x25519_secret_key_hex: string;
  account_id: string;
}

interface MessageFile {
  sections: {
    word_list: {
      count: number;
      first: string;
      last: string;
      index_813: string;
      sha256_of_words_joined_by_newline_no_trailing_newline: string;
      sha256_of_words_joined_by_comma: string;
      prefix_length: number;
      distinct_prefixes: number;
    };
    accounts: AccountVector[];
    recovery_phrase_accept: { what: string; input: string; expect: string }[];
    recovery_phrase_reject: { what: string; input: string; expect_error: string }[];
    message_padding: {
      lengths: { content_length: number; padded_length: number }[];
      bytes: { content_hex: string; padded_hex: string }[];
      strip_only: { what: string; padded_hex: string; content_hex: string }[];
    };
    messages: MessageVector[];
    sealed_upstream: { what: string; from: string; to: string; plaintext_hex: string; sealed_hex: string }[];
    messages_other_clients: Pick<
      MessageVector,
      'what' | 'from' | 'to' | 'content_hex' | 'wrapped_b64' | 'sealed_hex' | 'timestamp_ms'
    >[];
    messages_invalid: { what: string; expect: string; recipient: string; wrapped_b64: string }[];
    store_request: {
      what: string;
      params: { pubkey: string; namespace: number; data: string };
      expected_hash: string;
    }[];
  };
}

export const MESSAGES = loadVectors<MessageFile>('accounts-and-messages.json').sections;

/** The identity that sections call by this name. */
export function personOf(name: string): Identity {
  const account = MESSAGES.accounts.find(({ what }) => what.startsWith(`identity "${name}"`));
  if (account === undefined) throw new Error(`no account of ${name}`);
  return deriveIdentity(hexToBytes(account.seed_hex));
}

/** The code a promise rejects with, or null when it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  return promise.then(
    () => null,
    (error: unknown) => errorCode(error)
  );
}

/** The code a function throws, or null when it returns. */
export function codeThrown(call: () => unknown): string | null {
  try {
    call();
    return null;
  } catch (error) {
    return errorCode(error);
  }
}

function varint(bytes: Uint8Array, offset: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; shift < 63; shift += 7) {
    const byte = bytes[offset++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return [value, offset];
}

/** The bytes of a length-delimited protobuf field, read without a schema; null when it is absent. Well-formed input only. */
export function protoField(message: Uint8Array, wanted: number): Uint8Array | null {
  let offset = 0;
  while (offset < message.length) {
    const [tag, afterTag] = varint(message, offset);
    const [value, afterValue] = varint(message, afterTag);
    const isBytes = (tag & 7) === 2;
    if (isBytes && tag >> 3 === wanted) return message.subarray(afterValue, afterValue + value);
    offset = isBytes ? afterValue + value : afterValue;
  }
  return null;
}
