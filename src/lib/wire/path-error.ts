// Plain errors of an onion path (network.md §2.1). Anyone on the path can forge them, so they may cost a node a
// strike but never decide about account data.

/** What the error says, named by the action it calls for. */
export type PathErrorClass =
  /** Replace the named hop and remove it from pool and swarms. */
  | 'intermediate-node-unreachable'
  /** The named destination cannot be reached: take it out of the swarm cache. */
  | 'destination-unreachable'
  /** Strike the named node. */
  | 'snode-not-ready'
  /** Strike the guard node and use another path. */
  | 'edge-not-ready'
  /** A hop's successor did not answer: strike the path. */
  | 'path-timed-out'
  | 'invalid-hop-response'
  | 'path-error'
  /** The guard node refused the form of the request: no node is to blame. */
  | 'request-refused'
  /** `Oxen Server error`: give up without penalty. */
  | 'server-error';

export interface PathError {
  readonly class: PathErrorClass;
  /** The node it names, 64 lower-case hex. */
  readonly nodeEd25519Hex: string | null;
}

/** No error text of a node is longer, save those that quote a library. */
const MAX_TEXT = 256;

/**
 * Class of a reply to `/onion_req/v2` whose HTTP status is not 200.
 * @param destinationEd25519Hex the node the request was for, which tells an unreachable destination from a hop;
 *   leave out when the destination is a server
 */
export function classifyPathError(
  httpStatus: number,
  bodyText: string,
  destinationEd25519Hex: string | null = null
): PathError {
  const text = bodyText.slice(0, MAX_TEXT);
  const unreachable = /^Next node (?:not found|is currently unreachable): ([0-9a-fA-F]{64})$/.exec(text);
  if (httpStatus === 502 && unreachable) {
    const node = (unreachable[1] as string).toLowerCase();
    const isDestination = node === destinationEd25519Hex?.toLowerCase();
    return named(isDestination ? 'destination-unreachable' : 'intermediate-node-unreachable', node);
  }
  const notReady = /^Snode not ready: ([0-9a-fA-F]{64})$/.exec(text);
  if (httpStatus === 503 && notReady) return named('snode-not-ready', (notReady[1] as string).toLowerCase());
  return named(unnamed(httpStatus, text), null);
}

function named(errorClass: PathErrorClass, nodeEd25519Hex: string | null): PathError {
  return { class: errorClass, nodeEd25519Hex };
}

function unnamed(httpStatus: number, text: string): PathErrorClass {
  if (text === 'Oxen Server error') return 'server-error';
  switch (httpStatus) {
    case 400:
      return text === 'invalid Content-Length' ? 'request-refused' : 'path-error';
    case 404:
      return /^post \S+ Not Found$/.test(text) ? 'request-refused' : 'path-error';
    case 413:
      return 'request-refused';
    case 500:
      return text === 'Invalid response from snode' ? 'invalid-hop-response' : 'path-error';
    case 503:
      return text.startsWith('Service node is not ready:') || text === 'Server busy, try again later'
        ? 'edge-not-ready'
        : 'path-error';
    case 504:
      return text === 'Request time out' ? 'path-timed-out' : 'path-error';
    default:
      return 'path-error';
  }
}
