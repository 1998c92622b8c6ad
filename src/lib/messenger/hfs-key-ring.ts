// The account keys this device holds, ready to open messages with (v2-forward-secrecy-and-pq.md §10.2, §19): what is public of them is
// worked out once, secrets when a message needs them, and only a few at a time.
import { wipe } from '../bytes/index.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import {
  accountKeyId,
  announcedSeed,
  derivePublicKeys,
  deriveRotatingKeys,
  x25519SecretOf,
  type AccountSeed,
  type HfsSelf,
  type PublicKeys,
  type RotatingKeys
} from '../hfs/index.ts';
import { btKey } from '../wire/index.ts';
import type { GroupState } from './hfs-group-state.ts';

export interface AccountKeyRing {
  /** All of them; each derives its secrets when they are used. */
  all(): Promise<readonly RotatingKeys[]>;
  /** The key that others are told, to which our own copies are sealed; null before the group holds one. */
  announced(): Promise<{ readonly seed: AccountSeed; readonly publicKeys: PublicKeys } | null>;
  forget(): void;
}

const MAX_OPEN = 4;

export function createAccountKeyRing(deps: { crypto: CryptoBackend; state: GroupState }): AccountKeyRing {
  const { crypto, state } = deps;
  const publicKeys = new Map<string, Promise<PublicKeys>>();
  /** As long as the state is the same, so are its keys: a backlog asks for them with every message. */
  let listed: { readonly self: HfsSelf | null; readonly keys: Promise<readonly RotatingKeys[]> } | null =
    null;
  /** X25519 secrets by seed, the latest at the end; each is a key that WebCrypto has imported. */
  const agreeing = new Map<string, Uint8Array>();
  /** By seed, the one used last at the end. */
  const open = new Map<string, Promise<RotatingKeys>>();

  function publicKeysOf({ seed }: AccountSeed): Promise<PublicKeys> {
    const key = btKey(seed);
    const known = publicKeys.get(key);
    if (known) return known;
    const derived = derivePublicKeys(crypto, 'account', seed);
    publicKeys.set(key, derived);
    return derived;
  }

  function secretsOf({ seed }: AccountSeed, known: PublicKeys): Promise<RotatingKeys> {
    const key = btKey(seed);
    const held = open.get(key) ?? deriveRotatingKeys(crypto, 'account', seed, known);
    open.delete(key);
    open.set(key, held);
    if (open.size > MAX_OPEN) close(open.keys().next().value as string);
    return held;
  }

  function close(key: string): void {
    const held = open.get(key);
    open.delete(key);
    void held?.then((keys) => keys.forget());
  }

  /** To be used at once: it is overwritten when others are needed. */
  function agreeingSecret({ seed }: AccountSeed): Uint8Array {
    const key = btKey(seed);
    const known = agreeing.get(key);
    if (known) return known;
    const secret = x25519SecretOf('account', seed);
    agreeing.set(key, secret);
    if (agreeing.size > MAX_OPEN) dropAgreeing(agreeing.keys().next().value as string);
    return secret;
  }

  function dropAgreeing(key: string): void {
    const secret = agreeing.get(key);
    if (secret) wipe(secret);
    agreeing.delete(key);
  }

  async function list(self: HfsSelf | null): Promise<readonly RotatingKeys[]> {
    const seeds = self?.payload.seeds ?? [];
    const present = new Set(seeds.map(({ seed }) => btKey(seed)));
    for (const key of publicKeys.keys()) if (!present.has(key)) publicKeys.delete(key);
    for (const key of open.keys()) if (!present.has(key)) close(key);
    for (const key of agreeing.keys()) if (!present.has(key)) dropAgreeing(key);
    return Promise.all(seeds.map(lazily));
  }

  async function lazily(seed: AccountSeed): Promise<RotatingKeys> {
    const known = await publicKeysOf(seed);
    return {
      publicKeys: known,
      keyId: accountKeyId(known),
      get x25519SecretKey() {
        return agreeingSecret(seed);
      },
      mlKemSecret: {
        decapsulate: async (ciphertext) => (await secretsOf(seed, known)).mlKemSecret.decapsulate(ciphertext),
        forget: () => close(btKey(seed.seed))
      },
      forget: () => close(btKey(seed.seed))
    };
  }

  return {
    async all() {
      const self = await state.current();
      if (listed?.self !== self || listed === null) listed = { self, keys: list(self) };
      return listed.keys;
    },
    async announced() {
      const self = await state.current();
      const seed = self?.status === 'member' ? announcedSeed(self) : null;
      return seed ? { seed, publicKeys: await publicKeysOf(seed) } : null;
    },
    forget() {
      for (const key of [...open.keys()]) close(key);
      for (const key of [...agreeing.keys()]) dropAgreeing(key);
      listed = null;
      publicKeys.clear();
    }
  };
}
