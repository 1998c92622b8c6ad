import type { ServiceNode } from '../src/lib/wire/index.ts';

/** A list of service nodes at one moment. A new list is a new object. */
export interface NodeList {
  /** Block height the list is of. */
  readonly height: number;
  /** When it was fetched, milliseconds since 1970. */
  readonly fetchedAtMs: number;
  readonly nodes: readonly ServiceNode[];
}

/** Where the gateway's list comes from: a local network, or seeds. */
export interface NodeSource {
  /** The last good list. */
  current(): NodeList;
}
