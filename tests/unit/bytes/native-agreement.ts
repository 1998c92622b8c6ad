// Run by native.test.ts in an engine whose base64 and hex are switched on: prints every text on which the built-in way
// and ours differ, as JSON.
import {
  bytesToBase64,
  nativeBase64ToBytes,
  scriptBase64ToBytes,
  scriptBytesToBase64
} from '../../../src/lib/bytes/base64.ts';
import {
  bytesToHex,
  nativeHexToBytes,
  scriptBytesToHex,
  scriptHexToBytes
} from '../../../src/lib/bytes/hex.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const CHARACTERS = ['A', 'Q', 'g', 'z', '/', '+', '=', ' ', '\n', '-', '_', 'é', '\0'];
const DIGITS = ['0', '9', 'a', 'F', 'g', ' ', 'é'];

/** Every text over `alphabet` of up to `length` characters. */
function textsOver(alphabet: readonly string[], length: number): string[] {
  if (length === 0) return [''];
  const shorter = textsOver(alphabet, length - 1);
  const longest = shorter.filter((text) => text.length === length - 1);
  return [...shorter, ...longest.flatMap((text) => alphabet.map((character) => text + character))];
}

function outcome(decode: (text: string) => Uint8Array, text: string): string {
  try {
    return decode(text).join();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'foreign error';
  }
}

const random = seededRandom(9);
const values = Array.from({ length: 300 }, (_, length) => random(length));
const base64Texts = [
  ...textsOver(CHARACTERS, 4),
  ...['QUJD', 'QQ==', 'QUI='].flatMap((text) => textsOver(CHARACTERS, 3).map((end) => text + end))
];
const hexTexts = textsOver(DIGITS, 4);

const differences = [
  ...base64Texts.filter((text) => outcome(nativeBase64ToBytes, text) !== outcome(scriptBase64ToBytes, text)),
  ...hexTexts.filter((text) => outcome(nativeHexToBytes, text) !== outcome(scriptHexToBytes, text)),
  ...values.filter((bytes) => bytesToBase64(bytes) !== scriptBytesToBase64(bytes)).map(String),
  ...values.filter((bytes) => bytesToHex(bytes) !== scriptBytesToHex(bytes)).map(String)
];
const accepted = base64Texts.filter((text) => outcome(scriptBase64ToBytes, text) !== 'bad-base64').length;

process.stdout.write(
  JSON.stringify({
    native: typeof Uint8Array.fromBase64 === 'function' && typeof Uint8Array.fromHex === 'function',
    texts: base64Texts.length + hexTexts.length,
    accepted,
    differences
  })
);
