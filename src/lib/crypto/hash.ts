// The hashes WebCrypto lacks: BLAKE2b (RFC 7693, with the keyed and personalised forms of its parameter block) and SHA-3 (FIPS 202).
export { blake2b, type Blake2bOptions } from './blake2b.ts';
export { sha3, shake256 } from './keccak.ts';
