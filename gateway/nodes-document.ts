// The answer of /gateway/v1/nodes: encoded, signed and compressed once per list, not per request.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { encodeGatewayNodeList } from '../src/lib/wire/index.ts';
import type { ContentEncoding } from './negotiation.ts';
import type { NodeList, NodeSource } from './node-source.ts';

export interface NodesDocument {
  /** The same list in each encoding; the signature is over `identity`. */
  readonly bodies: Readonly<Record<ContentEncoding, Uint8Array>>;
  /** Without quotes. */
  readonly tag: string;
  /** base64, on a local network. */
  readonly signature: string | null;
}

export type SignList = (body: Uint8Array) => Promise<Uint8Array>;

/** Lists change rarely and are asked for often, but the first asker waits: a middle way. */
const BROTLI_QUALITY = 7;

async function makeDocument(network: string, list: NodeList, signList?: SignList): Promise<NodesDocument> {
  const identity = encodeGatewayNodeList({ network, ...list });
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  const [br, gz, signature] = await Promise.all([
    promisify(brotliCompress)(identity, { params }),
    promisify(gzip)(identity),
    signList?.(identity)
  ]);
  return {
    bodies: { identity, br, gzip: gz },
    tag: createHash('sha256').update(identity).digest('base64url').slice(0, 22),
    signature: signature ? Buffer.from(signature).toString('base64') : null
  };
}

/** A function that gives the document of the source's current list. */
export function createNodesDocument(
  network: string,
  source: NodeSource,
  signList?: SignList
): () => Promise<NodesDocument> {
  let latest: { list: NodeList; document: Promise<NodesDocument> } | null = null;
  return () => {
    const list = source.current();
    if (latest?.list !== list) latest = { list, document: makeDocument(network, list, signList) };
    return latest.document;
  };
}
