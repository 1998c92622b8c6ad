// What a message says about its sender's keys: the bt dict in field 2141 of `Content` (§10.4, §15.2).
import {
  requireAtMost,
  decodeBtDict,
  encodeBt,
  isBtDict,
  malformed,
  type BtDict,
  type BtInput
} from '../wire/index.ts';
import { MAX_ANNOUNCEMENT_BYTES } from './announcement.ts';
import { optionalBytes, optionalInteger, requiredBytes } from './signed-dict.ts';

const STATEMENT_VERSION = 1;
const STRUCTURE = 'hfs-statement';
const MAX_BYTES = MAX_ANNOUNCEMENT_BYTES + 512;
const MAX_ITEMS = 64;
const KEY_ID_BYTES = 8;
const MAX_DEPTH = 8;

export interface Statement {
  /** Names the sender's active account key, 8 bytes. */
  readonly keyId: Uint8Array;
  /** `@` of the sender's announcement, Unix seconds. */
  readonly createdSeconds: number;
  /** The sender's whole announcement; to be checked as a fetched one. */
  readonly announcement: Uint8Array | null;
  /** The sender could not read messages of this time, Unix seconds, and asks for them again. */
  readonly resend: { readonly fromSeconds: number; readonly toSeconds: number } | null;
}

export function encodeStatement(statement: Statement): Uint8Array<ArrayBuffer> {
  const entries = new Map<string, BtInput>([
    ['v', STATEMENT_VERSION],
    ['k', statement.keyId],
    ['c', statement.createdSeconds]
  ]);
  const { announcement, resend } = statement;
  if (announcement !== null) entries.set('a', announcement);
  if (resend !== null) {
    entries.set(
      'q',
      new Map([
        ['f', resend.fromSeconds],
        ['t', resend.toSeconds]
      ])
    );
  }
  return encodeBt(entries);
}

/**
 * The statement in the field; null for a version this client does not know. Unknown entries are skipped.
 * @throws WireError `malformed`, `too-large`
 */
export function decodeStatement(bytes: Uint8Array): Statement | null {
  requireAtMost(bytes, MAX_BYTES, STRUCTURE);
  const { dict } = decodeBtDict(bytes, { maxItems: MAX_ITEMS, maxDepth: MAX_DEPTH });
  if (optionalInteger(dict, 'v', STRUCTURE) !== STATEMENT_VERSION) return null;
  const createdSeconds = optionalInteger(dict, 'c', STRUCTURE);
  if (createdSeconds === undefined) throw malformed(STRUCTURE, 'c');
  return {
    keyId: requiredBytes(dict, 'k', STRUCTURE, KEY_ID_BYTES),
    createdSeconds,
    announcement: optionalBytes(dict, 'a', STRUCTURE) ?? null,
    resend: readResend(dict)
  };
}

function readResend(dict: BtDict): Statement['resend'] {
  const value = dict.get('q');
  if (value === undefined) return null;
  if (!isBtDict(value)) throw malformed(STRUCTURE, 'q');
  const fromSeconds = optionalInteger(value, 'f', STRUCTURE);
  const toSeconds = optionalInteger(value, 't', STRUCTURE);
  if (fromSeconds === undefined || toSeconds === undefined || toSeconds < fromSeconds) {
    throw malformed(STRUCTURE, 'q');
  }
  return { fromSeconds, toSeconds };
}
