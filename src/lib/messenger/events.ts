// What a messenger tells besides by rows: connection, packets on their way, paths, notices. Plain data.
import type { ConnectionState, PacketEvent, PathSnapshot } from '../onion/index.ts';

export type MessengerEvent =
  | { readonly type: 'connection'; readonly state: ConnectionState; readonly role: 'leader' | 'follower' }
  | ({ readonly type: 'packet' } & PacketEvent)
  | { readonly type: 'path'; readonly path: PathSnapshot | null }
  /** Something one sentence should be said about, by code. */
  | { readonly type: 'notice'; readonly code: string };
