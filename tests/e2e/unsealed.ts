// Turns the sealing of rows off from outside the product, for the control of the dump test: AES-GCM with associated
// data (rows have it, onion layers do not) becomes the identity with a tag of zeros, in the page and in its worker.
import type { BrowserContext } from '@playwright/test';

/** Runs in the browser; must not close over anything. */
function removeSealing(): void {
  const subtle = SubtleCrypto.prototype;
  const { encrypt, decrypt } = subtle;
  const isRow = (algorithm: AlgorithmIdentifier) =>
    typeof algorithm === 'object' && algorithm.name === 'AES-GCM' && 'additionalData' in algorithm;
  const bytesOf = (data: BufferSource) =>
    ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
  subtle.encrypt = async function (algorithm, key, data) {
    if (!isRow(algorithm as AlgorithmIdentifier)) return encrypt.call(this, algorithm, key, data);
    const plaintext = bytesOf(data);
    const sealed = new Uint8Array(plaintext.length + 16);
    sealed.set(plaintext);
    return sealed.buffer;
  };
  subtle.decrypt = async function (algorithm, key, data) {
    if (!isRow(algorithm as AlgorithmIdentifier)) return decrypt.call(this, algorithm, key, data);
    return bytesOf(data).slice(0, -16).buffer;
  };
}

/** Prepares a browser context; its service worker must be blocked, since it would serve the unchanged files. */
export async function openWithoutSealing(context: BrowserContext): Promise<void> {
  const script = `(${removeSealing.toString()})();`;
  await context.addInitScript(script);
  await context.route('**/_app/immutable/workers/**', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
}
