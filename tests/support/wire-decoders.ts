// Every decoder of the wire floor with real bytes that it reads, for tests that feed it others.
import {
  base64ToBytes,
  bytesToBase64,
  bytesToUtf8,
  hexToBytes,
  utf8ToBytes
} from '../../src/lib/bytes/index.ts';
import * as wire from '../../src/lib/wire/index.ts';
import { loadVectors } from './vectors.ts';

const network = loadVectors<{
  onion_full: { http_body?: string; layers_outermost_first?: { plaintext: string }[] }[];
  v4: { kind: string; encoded: string }[];
  active_nodes_bin: { blob: string }[];
  node_to_node: { bt: string }[];
  forwarded_request: { bt: string }[];
  response_signature: { response: wire.JsonValue }[];
  pubkey_parse: { input: string }[];
  path_error: { http_body: string }[];
}>('network.json');
const { sections } = loadVectors<{
  sections: {
    messages: { content_hex: string; wrapped_b64: string }[];
    download_urls: { accept: { url: string }[] };
  };
}>('accounts-and-messages.json');
const { captures, nodes } = loadVectors<{
  captures: { name: string; response?: { body: { text?: string } } }[];
  nodes: wire.JsonValue[];
}>('storage-server-captures.json');

const capture = (name: string) =>
  utf8ToBytes(captures.find((candidate) => candidate.name === name)?.response?.body.text ?? '');
const json = (value: unknown) => utf8ToBytes(JSON.stringify(value));
/** A decoder of parsed JSON, fed with damaged text. */
const fromJson = (decode: (body: wire.JsonValue) => unknown) => (bytes: Uint8Array) =>
  decode(wire.parseJson(bytes, 1_000_000, 'test'));
const fromText = (decode: (text: string) => unknown) => (bytes: Uint8Array) => decode(bytesToUtf8(bytes));

const long = sections.messages.reduce((a, b) => (a.content_hex.length > b.content_hex.length ? a : b));
const other = sections.messages.filter((message) => message !== long);
const onions = network.onion_full.filter(
  ({ layers_outermost_first }) => layers_outermost_first?.[0]?.plaintext
);

export interface Decoder {
  name: string;
  decode: (bytes: Uint8Array) => unknown;
  /** Real bytes of that structure. */
  seeds: Uint8Array[];
}

export const DECODERS: Decoder[] = [
  {
    name: 'decodeContent',
    decode: wire.decodeContent,
    seeds: other.map(({ content_hex }) => hexToBytes(content_hex))
  },
  {
    name: 'unwrapEnvelope',
    decode: wire.unwrapEnvelope,
    seeds: other.slice(0, 5).map(({ wrapped_b64 }) => base64ToBytes(wrapped_b64))
  },
  {
    name: 'decodeOuterRequest',
    decode: wire.decodeOuterRequest,
    seeds: onions.map(({ http_body }) => hexToBytes(http_body as string))
  },
  {
    name: 'decodeInnerRequest',
    decode: wire.decodeInnerRequest,
    seeds: onions.flatMap(({ layers_outermost_first }) =>
      (layers_outermost_first ?? []).map(({ plaintext }) => hexToBytes(plaintext))
    )
  },
  { name: 'decodeFrame', decode: wire.decodeFrame, seeds: [hexToBytes('0100000078 7b7d'.replace(' ', ''))] },
  {
    name: 'decodeV4Request',
    decode: wire.decodeV4Request,
    seeds: network.v4.filter(({ kind }) => kind === 'request').map(({ encoded }) => hexToBytes(encoded))
  },
  {
    name: 'decodeV4Response',
    decode: wire.decodeV4Response,
    seeds: network.v4.filter(({ kind }) => kind === 'response').map(({ encoded }) => hexToBytes(encoded))
  },
  {
    name: 'decodeBt',
    decode: (bytes) => wire.decodeBt(bytes),
    seeds: [...network.node_to_node, ...network.forwarded_request].map(({ bt }) => hexToBytes(bt))
  },
  {
    name: 'decodeActiveNodesBin',
    decode: wire.decodeActiveNodesBin,
    seeds: network.active_nodes_bin.map(({ blob }) => hexToBytes(blob))
  },
  {
    name: 'decodeActiveNodesText',
    decode: fromText(wire.decodeActiveNodesText),
    seeds: network.active_nodes_bin.map(({ blob }) => utf8ToBytes(bytesToBase64(hexToBytes(blob))))
  },
  {
    name: 'decodeGatewayNodeList',
    decode: wire.decodeGatewayNodeList,
    seeds: [json({ network: 'mainnet', height: 1, fetched_at: 2, nodes })]
  },
  {
    name: 'decodeSeedReply',
    decode: wire.decodeSeedReply,
    seeds: [json({ result: { height: 1, service_node_states: nodes } })]
  },
  {
    name: 'decodeNodeReply',
    decode: wire.decodeNodeReply,
    seeds: [
      json({ status: 200, body: JSON.stringify({ t: 1, messages: [] }) }),
      json({ status: 406, body: 'x' })
    ]
  },
  {
    name: 'decodeStoreResult',
    decode: fromJson(wire.decodeStoreResult),
    seeds: [capture('store_one_member_down')]
  },
  {
    name: 'decodeRetrieveResult',
    decode: fromJson(wire.decodeRetrieveResult),
    seeds: [capture('retrieve_ok')]
  },
  {
    name: 'decodeDeleteResult',
    decode: fromJson(wire.decodeDeleteResult),
    seeds: [capture('delete_all_all')]
  },
  {
    name: 'decodeExpireResult',
    decode: fromJson(wire.decodeExpireResult),
    seeds: [capture('expire_extend_noop')]
  },
  {
    name: 'decodeRevokeResult',
    decode: fromJson(wire.decodeRevokeResult),
    seeds: [capture('group_unrevoke_subaccount')]
  },
  {
    name: 'decodeGetExpiriesResult',
    decode: fromJson(wire.decodeGetExpiriesResult),
    seeds: [capture('get_expiries')]
  },
  { name: 'decodeSwarmResult', decode: fromJson(wire.decodeSwarmResult), seeds: [capture('get_swarm')] },
  { name: 'decodeBatchResult', decode: fromJson(wire.decodeBatchResult), seeds: [capture('sequence_stops')] },
  {
    name: 'decodeInfoResult',
    decode: fromJson(wire.decodeInfoResult),
    seeds: [json({ version: [2, 8, 0], timestamp: 1, t: 1, hf: [19, 3] })]
  },
  {
    name: 'evaluateCondition',
    decode: fromJson((body) =>
      wire.evaluateCondition(body as wire.JsonObject, { hf: [19, 3], v: [2, 8, 0], height: 1 })
    ),
    seeds: [json({ hf_at_least: [19, 3], v_before: [2, 9], height_before: 5 })]
  },
  {
    name: 'parseAccountKey',
    decode: fromText(wire.parseAccountKey),
    seeds: network.pubkey_parse.map(({ input }) => utf8ToBytes(input))
  },
  {
    name: 'parseDownloadUrl',
    decode: fromText((text) => wire.parseDownloadUrl(text)),
    seeds: sections.download_urls.accept.map(({ url }) => utf8ToBytes(url))
  },
  { name: 'swarmIdFromHex', decode: fromText(wire.swarmIdFromHex), seeds: [utf8ToBytes('60ffffffffffffff')] },
  {
    name: 'classifyPathError',
    decode: fromText((text) => wire.classifyPathError(502, text)),
    seeds: network.path_error.map(({ http_body }) => utf8ToBytes(http_body))
  }
];
