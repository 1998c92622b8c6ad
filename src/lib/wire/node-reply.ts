// What is around every answer of a storage node: the reply of an onion request (network.md §3.6) and the list of
// a batch (§5.5).
import { malformed, WireError } from './errors.ts';
import { parseJson, requireCount, requireList, requireObject, type JsonValue } from './json.ts';
import { MAX_ONION_REPLY_BYTES } from './onion-request.ts';
import { MAX_BATCH_REQUESTS } from './storage-rpc.ts';

/** One node's reply, its status beside its body. */
export interface NodeReply {
  readonly status: number;
  readonly body: JsonValue;
}

/**
 * Decrypted reply of a node (§3.6 step 4). A body that is text holding JSON is parsed; other text stays text.
 * @throws WireError `malformed`, `too-large`
 */
export function decodeNodeReply(plaintext: Uint8Array): NodeReply {
  const structure = 'node-reply';
  const object = requireObject(parseJson(plaintext, MAX_ONION_REPLY_BYTES, structure), structure);
  if (!Object.hasOwn(object, 'body')) throw malformed(structure, 'body');
  const status = requireCount(object, 'status', structure);
  return { status, body: parseEmbedded(object['body'] as JsonValue) };
}

/** Only objects and lists are looked for: `no method 5` and `5` must stay what the node wrote. */
function parseEmbedded(body: JsonValue): JsonValue {
  if (typeof body !== 'string' || !/^\s*[{[]/.test(body)) return body;
  try {
    return parseJson(body, MAX_ONION_REPLY_BYTES, 'node-reply');
  } catch (error) {
    if (error instanceof WireError && error.code === 'malformed') return body;
    throw error;
  }
}

export interface BatchResult {
  /** In request order; of a sequence possibly fewer than were asked. */
  readonly results: readonly { readonly code: number; readonly body: JsonValue }[];
}

/** Answer of `batch` or `sequence`. @throws WireError `malformed`, `too-large` over 20 results */
export function decodeBatchResult(body: JsonValue): BatchResult {
  const object = requireObject(body, 'batch');
  const results = requireList(object, 'results', MAX_BATCH_REQUESTS, 'batch').map((entry) => {
    const result = requireObject(entry, 'batch', 'result');
    return {
      code: requireCount(result, 'code', 'batch'),
      body: Object.hasOwn(result, 'body') ? (result['body'] as JsonValue) : null
    };
  });
  return { results };
}
