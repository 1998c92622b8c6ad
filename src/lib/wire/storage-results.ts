// Answers of one storage node for itself (network.md §4.2, §5.5); what a swarm answers together is in
// member-results.ts. A message that cannot be read is skipped and counted; only an answer without its frame is an
// error.
import { malformed } from './errors.ts';
import {
  countOf,
  fieldOf,
  isJsonObject,
  requireCount,
  requireList,
  requireObject,
  requireString,
  type JsonObject,
  type JsonValue
} from './json.ts';
import { answered, bytesOf, hashOf, integersOf, timesByHash, type Answered } from './result-fields.ts';
import { distinct, normalSwarmId, swarmNode, type ServiceNode } from './service-node.ts';
import { MAX_MESSAGE_BYTES } from './storage-rpc.ts';

/** Swarms have about ten members. */
const MAX_MEMBERS = 256;
/** A reply of 7.8 MB holds at most this many of the smallest messages (§5.7). */
const MAX_MESSAGES = 60_000;

export interface RetrievedMessage {
  /** 43 characters of base64. */
  readonly hash: string;
  readonly timestampMs: number;
  readonly expiresAtMs: number;
  /** At most 76,800 bytes. */
  readonly data: Uint8Array;
}

export interface RetrieveResult extends Answered {
  /** In the order in which this node got them. */
  readonly messages: readonly RetrievedMessage[];
  readonly more: boolean;
  /** Items left out because they could not be read. */
  readonly skipped: number;
  /** Hash of the last item whose hash could be read, skipped or not: the cursor at this node. */
  readonly lastHash: string | null;
}

/** @throws WireError `malformed`, `too-large` */
export function decodeRetrieveResult(body: JsonValue): RetrieveResult {
  const object = requireObject(body, 'retrieve');
  const items = requireList(object, 'messages', MAX_MESSAGES, 'retrieve');
  const messages: RetrievedMessage[] = [];
  let lastHash: string | null = null;
  for (const item of items) {
    const hash = isJsonObject(item) ? hashOf(fieldOf(item, 'hash')) : null;
    lastHash = hash ?? lastHash;
    const message = hash === null ? null : retrievedMessage(item as JsonObject, hash);
    if (message) messages.push(message);
  }
  return {
    ...answered(object),
    messages,
    more: fieldOf(object, 'more') === true,
    skipped: items.length - messages.length,
    lastHash
  };
}

function retrievedMessage(item: JsonObject, hash: string): RetrievedMessage | null {
  const timestampMs = countOf(item, 'timestamp');
  const expiresAtMs = countOf(item, 'expiration');
  const data = bytesOf(fieldOf(item, 'data'), MAX_MESSAGE_BYTES);
  if (timestampMs === null || expiresAtMs === null || !data) return null;
  return { hash, timestampMs, expiresAtMs, data };
}

export interface GetExpiriesResult {
  /** Milliseconds by hash; a message that is not there is left out. */
  readonly expiriesMs: Readonly<Record<string, number>>;
}

/** @throws WireError `malformed`, `too-large` */
export function decodeGetExpiriesResult(body: JsonValue): GetExpiriesResult {
  const object = requireObject(body, 'get-expiries');
  return { expiriesMs: timesByHash(fieldOf(object, 'expiries'), 'get-expiries') };
}

export interface SwarmResult extends Answered {
  /** Null when there is no swarm. */
  readonly swarmIdHex: string | null;
  readonly nodes: readonly ServiceNode[];
}

/** Answer of `get_swarm`, and body of a 421 (§4.4). @throws WireError `malformed`, `too-large` */
export function decodeSwarmResult(body: JsonValue): SwarmResult {
  const object = requireObject(body, 'swarm');
  const swarmIdHex = normalSwarmId(requireString(object, 'swarm', 'swarm'));
  const entries = requireList(object, 'snodes', MAX_MEMBERS, 'swarm');
  return {
    ...answered(object),
    swarmIdHex,
    nodes: distinct(entries, (entry) => swarmNode(entry, swarmIdHex))
  };
}

export interface InfoResult extends Answered {
  readonly version: readonly [number, number, number];
  readonly timestampMs: number;
}

/** @throws WireError `malformed` */
export function decodeInfoResult(body: JsonValue): InfoResult {
  const object = requireObject(body, 'info');
  const version = integersOf(fieldOf(object, 'version'), 3);
  if (!version) throw malformed('info', 'version');
  return {
    ...answered(object),
    version: version as unknown as InfoResult['version'],
    timestampMs: requireCount(object, 'timestamp', 'info')
  };
}
