// Looks for secrets in raw bytes: network captures and closed browser profiles (design.md §6, the dump test).
// Each secret is searched in UTF-8, UTF-16 (both orders), hex (both cases), base64 (three alignments, both
// alphabets) and as raw bytes, all in one pass over the haystack.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface Secret {
  /** Says which secret it is; appears in findings in place of the secret itself. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

export interface Finding {
  readonly label: string;
  readonly encoding: string;
  /** Where: a file below the scanned folder, or the name given to the buffer. */
  readonly place: string;
  readonly offset: number;
}

interface Pattern {
  readonly label: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

/** Shorter patterns would be found by chance. */
const MIN_PATTERN_BYTES = 8;

/** A text as a secret, in UTF-8. */
export function textSecret(label: string, text: string): Secret {
  return { label, bytes: Buffer.from(text, 'utf8') };
}

/** A key as a secret, from its hex text. */
export function hexSecret(label: string, hex: string): Secret {
  return { label, bytes: Buffer.from(hex, 'hex') };
}

/** Every run of three consecutive words of a recovery password, with the separators software puts between them. */
export function phraseSecrets(words: readonly string[]): Secret[] {
  const secrets: Secret[] = [];
  for (let index = 0; index + 3 <= words.length; index++) {
    for (const separator of [' ', ',', ', ', '\n', '","', '\0']) {
      secrets.push(
        textSecret(`words ${index + 1}-${index + 3}`, words.slice(index, index + 3).join(separator))
      );
    }
  }
  return secrets;
}

/** base64 of `bytes` at one of three alignments, without the characters that neighbouring bytes decide. */
function base64Core(bytes: Uint8Array, alignment: 0 | 1 | 2): string {
  const text = Buffer.concat([Buffer.alloc(alignment), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const start = [0, 2, 3][alignment] as number;
  const spareBits = ((alignment + bytes.length) % 3) * 8;
  return text.slice(start, spareBits === 0 ? text.length : text.length - 1);
}

function patternsOf(secret: Secret): Pattern[] {
  const raw = Buffer.from(secret.bytes);
  const utf16 = Buffer.from(raw.toString('utf8'), 'utf16le');
  const forms: [string, Buffer][] = [
    ['raw or utf-8', raw],
    ['utf-16le', utf16],
    ['utf-16be', Buffer.from(utf16).swap16()],
    ['hex', Buffer.from(raw.toString('hex'))],
    ['hex upper', Buffer.from(raw.toString('hex').toUpperCase())],
    ['reversed', Buffer.from(raw).reverse()]
  ];
  for (const alignment of [0, 1, 2] as const) {
    const core = base64Core(raw, alignment);
    forms.push([`base64+${alignment}`, Buffer.from(core)]);
    forms.push([`base64url+${alignment}`, Buffer.from(core.replaceAll('+', '-').replaceAll('/', '_'))]);
  }
  const asciiForms = forms.filter(([name]) => name.startsWith('hex') || name.startsWith('base64'));
  for (const [name, bytes] of asciiForms) {
    forms.push([`${name}, utf-16le`, Buffer.from(bytes.toString('latin1'), 'utf16le')]);
  }
  return forms
    .filter(([, bytes]) => bytes.length >= MIN_PATTERN_BYTES)
    .map(([encoding, bytes]) => ({ label: secret.label, encoding, bytes }));
}

export interface Scanner {
  scan(haystack: Uint8Array, place: string): Finding[];
  /** Scans every file below `directory`; a secret in a file's name counts too. */
  scanDirectory(directory: string): Promise<{ findings: Finding[]; files: number; bytes: number }>;
}

/** A scanner for the given secrets. Memory and time grow with the haystack alone. */
export function createScanner(secrets: readonly Secret[]): Scanner {
  const byHead = new Map<number, Pattern[]>();
  const firstTwo = new Uint8Array(65_536);
  for (const pattern of secrets.flatMap(patternsOf)) {
    const head = pattern.bytes.readUInt32LE(0);
    const group = byHead.get(head);
    if (group) group.push(pattern);
    else byHead.set(head, [pattern]);
    firstTwo[head & 0xffff] = 1;
  }

  function scan(haystack: Uint8Array, place: string): Finding[] {
    const bytes = Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength);
    const findings: Finding[] = [];
    for (let offset = 0; offset + MIN_PATTERN_BYTES <= bytes.length; offset++) {
      if (firstTwo[(bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)] === 0) continue;
      for (const pattern of byHead.get(bytes.readUInt32LE(offset)) ?? []) {
        if (bytes.subarray(offset, offset + pattern.bytes.length).equals(pattern.bytes)) {
          findings.push({ label: pattern.label, encoding: pattern.encoding, place, offset });
        }
      }
    }
    return findings;
  }

  async function scanDirectory(directory: string) {
    const result = { findings: [] as Finding[], files: 0, bytes: 0 };
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const place = relative(directory, path);
      result.findings.push(...scan(Buffer.from(place), `name of ${place}`));
      if (!entry.isFile()) continue;
      const content = await readFile(path);
      result.files += 1;
      result.bytes += content.length;
      result.findings.push(...scan(content, place));
    }
    return result;
  }

  return { scan, scanDirectory };
}
