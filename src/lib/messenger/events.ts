// What a messenger tells besides by rows: connection, packets on their way, paths, notices. Plain data.
import type { BackupProgress } from './backup-progress.ts';
import type { ConnectionState, PacketEvent, PathSnapshot } from '../onion/index.ts';

export type MessengerEvent =
  | { readonly type: 'connection'; readonly state: ConnectionState; readonly role: 'leader' | 'follower' }
  | ({ readonly type: 'packet' } & PacketEvent)
  | { readonly type: 'path'; readonly path: PathSnapshot | null }
  /** The other side of a conversation began or ended typing; what began ends by itself after 15 s. */
  | { readonly type: 'typing'; readonly conversationId: string; readonly isTyping: boolean }
  /** Messages came that somebody may want to be told of: the last one of each conversation, and how many. */
  | {
      readonly type: 'incoming';
      readonly conversationId: string;
      readonly messageId: string;
      readonly count: number;
    }
  /** How a file of a message gets on; what comes of it, its row says. */
  | TransferEvent
  /** How the writing or reading of a backup gets on; its command says what came of it. */
  | ({ readonly type: 'backup' } & BackupProgress)
  /** Nodes of the own swarm that answered since this engine began, of how many there are; until all have. */
  | { readonly type: 'looked'; readonly asked: number; readonly of: number }
  /** The profile was taken off this device by another tab. */
  | { readonly type: 'erased' }
  /** The profile is about to be closed and locked: the page covers it, says what was typed last, and lets go. */
  | { readonly type: 'locking' }
  /** It is closed, and its keys are gone. */
  | { readonly type: 'locked' }
  /** Another tab opened the lock of a profile; this one may open it too. */
  | { readonly type: 'unlocked'; readonly profileId: string }
  /** The browser has no room left, or has again. */
  | { readonly type: 'room'; readonly isFull: boolean }
  /** Something one sentence should be said about, by code. */
  | { readonly type: 'notice'; readonly code: string };

export interface TransferEvent {
  readonly type: 'transfer';
  readonly messageId: string;
  readonly attachmentId: string;
  /** `waiting` for its turn; `ended` in whatever way. */
  readonly phase: 'waiting' | 'uploading' | 'downloading' | 'ended';
  /** 0 to 1; null where it cannot be told. */
  readonly fraction: number | null;
}
