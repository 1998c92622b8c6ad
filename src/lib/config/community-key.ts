// What names a community in the documents (config-sync.md §8.4): a server's base URL and a room.
import { utf8ToBytes } from '../bytes/index.ts';
import { btKey } from '../wire/index.ts';
import type { ConfigPath } from './document.ts';

export interface CommunityKey {
  /** Canonical: `http://` or `https://`, host in lower case, a port only where it is not the usual one, no slash at the end. */
  readonly baseUrl: string;
  /** As it was written; it is one room in whatever case. */
  readonly room: string;
  /** X25519 key of the server, 32 bytes. */
  readonly serverKey: Uint8Array;
}

const textKey = (text: string) => btKey(utf8ToBytes(text));

/** Where the fields of a server are. */
export function serverPath(baseUrl: string): ConfigPath {
  return ['o', textKey(baseUrl)];
}

/** Where the fields of a room are. */
export function communityPath({ baseUrl, room }: Pick<CommunityKey, 'baseUrl' | 'room'>): ConfigPath {
  return [...serverPath(baseUrl), 'R', textKey(room.toLowerCase())];
}
