// What every implementation of ML-KEM-768 must refuse of a public key before it is used (FIPS 203 §7.2). Platforms differ in
// when they look, so the façade decides for all of them.

/** Sizes in bytes; a secret key is kept as its seed. */
export const ML_KEM_BYTES = { publicKey: 1184, ciphertext: 1088, sharedSecret: 32, seed: 64 } as const;

const MODULUS = 3329;
/** The rest of a public key is a seed, which may be anything. */
const COEFFICIENT_BYTES = 1152;

/** Whether each of the 768 coefficients, 12 bits each, is below the modulus. @param publicKey 1184 bytes */
export function isReducedMlKemKey(publicKey: Uint8Array): boolean {
  for (let offset = 0; offset < COEFFICIENT_BYTES; offset += 3) {
    const [low, middle, high] = publicKey.subarray(offset, offset + 3) as unknown as [number, number, number];
    if ((low | ((middle & 0x0f) << 8)) >= MODULUS || ((middle >> 4) | (high << 4)) >= MODULUS) return false;
  }
  return true;
}
