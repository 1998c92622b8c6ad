// What the tests of this folder share: both backends, and the people of the vectors.
import {
  createCryptoBackend,
  createNobleBackend,
  deriveIdentity,
  type Identity
} from '../../../src/lib/crypto/index.ts';
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
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
    messages_other_clients: (Pick<MessageVector, 'what' | 'from' | 'to' | 'content_hex' | 'wrapped_b64'> & {
      sealed_hex: string;
    })[];
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
