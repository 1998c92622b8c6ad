// The crypto floor: bytes in, bytes out; no network, storage or clock.
export { CryptoError, MnemonicError, type CryptoErrorCode, type MnemonicErrorCode } from './errors.ts';
export {
  createCryptoBackend,
  createNobleBackend,
  type CryptoBackend,
  type Implementation,
  type X25519KeyPair
} from './backend.ts';
export { argon2id, type Argon2Cost } from './argon2.ts';
export { blake2b, sha3, shake256, type Blake2bOptions } from './hash.ts';
export { decryptXChaCha, encryptXChaCha, maskXChaCha } from './xchacha.ts';
export { positiveEd25519PublicKey, signPositive, verifyPositive } from './positive-ed25519.ts';
export { isReducedMlKemKey, ML_KEM_BYTES } from './ml-kem-rules.ts';
export { mlKemPublicKey } from './noble-primitives.ts';
export { openIdentity } from './quick-identity.ts';
export type { Encapsulation, MlKemSecret } from './primitives.ts';
export {
  accountIdFromEd25519,
  createAccountSeed,
  deriveIdentity,
  x25519PublicKeyFromEd25519,
  type Identity
} from './identity.ts';
export {
  checkRecoveryWords,
  decodeRecoveryPassword,
  encodeRecoveryPassword,
  type WordCheck
} from './mnemonic.ts';
export { padMessage, stripPadding } from './padding.ts';
export {
  decoyProSignature,
  openMessage,
  SEAL_OVERHEAD_BYTES,
  sealMessage,
  type OpenedMessage
} from './seal.ts';
export {
  createHopKey,
  decryptLayer,
  deriveHopKey,
  encryptLayer,
  type HopCipher,
  type HopKey
} from './hop.ts';
export { decryptAttachment, type AttachmentSecrets } from './attachment.ts';
export { AttachmentError, MAX_ENCRYPTED_FILE_BYTES, type AttachmentErrorCode } from './attachment-error.ts';
export {
  decryptLegacyAttachment,
  encryptLegacyAttachment,
  legacyEncryptedLength,
  legacyPaddedLength,
  MAX_LEGACY_PLAIN_BYTES,
  type EncryptedLegacyAttachment
} from './attachment-legacy.ts';
export {
  decryptStream,
  deriveStreamSecrets,
  encryptStream,
  streamEncryptedLength,
  streamPaddingLength,
  type EncryptedStream,
  type StreamPurpose
} from './attachment-stream.ts';
export { decryptProfilePicture, encryptProfilePicture, PROFILE_KEY_BYTES } from './profile-picture.ts';
export { messageHash } from './message-hash.ts';
export * from './signature.ts';
export {
  parseSubaccountToken,
  SUBACCOUNT_FLAGS,
  verifySignedRequest,
  type SignedRequest,
  type SubaccountToken
} from './subaccount.ts';
export { nameHash, openNameRecord } from './name-service.ts';
export {
  createDeviceKey,
  createRoot,
  deriveVaultKeys,
  keyedHash,
  openBytes,
  sealBytes,
  unwrapRoot,
  wrapRoot,
  type RowKey,
  type VaultKeys
} from './vault.ts';
export {
  createEmptyWipeMark,
  createPassphraseParameters,
  decodePassphraseParameters,
  deriveEntryKeys,
  derivePasskeyKey,
  encodePassphraseParameters,
  LOCK_COST,
  opensWipeMark,
  sealWipeMark,
  type EntryKeys,
  type PassphraseParameters
} from './vault-locks.ts';
export {
  createSlotFile,
  decodeSlot,
  encodeFreeSlot,
  encodeUsedSlot,
  findFreeSlot,
  isSlotFile,
  MAX_SLOT_CONTENT_BYTES,
  readSlot,
  replaceSlot,
  SLOT_BYTES,
  SLOT_COUNT,
  SLOT_FILE_BYTES,
  slotOffset
} from './slots.ts';
