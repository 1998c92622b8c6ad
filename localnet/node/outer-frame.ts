// What a guard node reads of an onion request, with the complaints of a real node (network.md §2.1, §3.1; vectors
// [combined_payload]). The wire floor's decoder says the same without these texts.
import { decodeOuterRequest, isJsonObject, parseJson, type JsonValue } from '../../src/lib/wire/index.ts';
import { refusal } from '../rpc/reply.ts';
import type { HopRequest } from './peers.ts';

const LENGTH_BYTES = 4;
const MAX_CONTROL_BYTES = 16 * 1024;

function complaint(text: string) {
  return refusal(400, `Error parsing onion request: ${text}`);
}

function sizeComplaint(body: Uint8Array): string | null {
  if (body.length < LENGTH_BYTES) return 'Unexpected payload size; expected ciphertext size';
  const wanted = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  const held = body.length - LENGTH_BYTES;
  return wanted > held ? `Unexpected payload size ${held}, expected >= ${wanted}` : null;
}

function controlOf(body: Uint8Array): JsonValue {
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  try {
    return parseJson(body.subarray(LENGTH_BYTES + length), MAX_CONTROL_BYTES, 'onion-control');
  } catch {
    throw complaint('[json.exception.parse_error.101] parse error');
  }
}

/** Why a control cannot be used. */
function controlComplaint(control: JsonValue): string {
  if (!isJsonObject(control)) return '[json.exception.type_error.304] cannot use at() with this type';
  if (!Object.hasOwn(control, 'ephemeral_key')) {
    return "[json.exception.out_of_range.403] key 'ephemeral_key' not found";
  }
  const { enc_type: name, ephemeral_key: key } = control;
  if (typeof key !== 'string' || !/^[0-9a-fA-F]{64}$/.test(key)) return 'Invalid ephemeral_key';
  return typeof name === 'string' ? `Invalid encryption type ${name}` : 'Invalid control';
}

/** @throws RpcRefusal 400 `Error parsing onion request: …` */
export function parseOuterFrame(body: Uint8Array): HopRequest {
  const wrongSize = sizeComplaint(body);
  if (wrongSize !== null) throw complaint(wrongSize);
  try {
    return decodeOuterRequest(body);
  } catch {
    throw complaint(controlComplaint(controlOf(body)));
  }
}
