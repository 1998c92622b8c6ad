// The boundary between page and engine as types: a table of commands (request, answer), events, and the messages
// that carry them (style.md §2.8). Everything here survives structured cloning. No code: both sides import it.
import type { AccountId } from '../account-id.ts';
import type { ErrorData } from '../errors.ts';

/** How one word of a recovery password stands while it is typed. */
export interface WordCheck {
  readonly word: string;
  /** `partial`: the last word, still being typed, with a completion possible. */
  readonly status: 'ok' | 'partial' | 'unknown';
  readonly suggestions: readonly string[];
}

/** A gateway this build may use, as the connection panel lists it. */
export interface GatewayStatus {
  readonly origin: string;
  /** `ok`, `unknown`, or the code of what is wrong with it. */
  readonly state: string;
}

export type ConnectionState =
  | { readonly phase: 'offline' }
  | {
      readonly phase: 'connecting';
      /** Device time, milliseconds since 1970. */
      readonly sinceMs: number;
      readonly step: 'node-list' | 'verifying' | 'building-path';
    }
  | { readonly phase: 'connected'; readonly pathCount: number }
  | {
      readonly phase: 'blocked';
      readonly reason: 'wrong-network' | 'list-not-verified' | 'gateway-unreachable' | 'clock-wrong';
      readonly gateways: readonly GatewayStatus[];
    };

/** The real hops of the last request. */
export interface PathSnapshot {
  readonly pathId: string;
  readonly gatewayOrigin: string;
  /** Guard node first. */
  readonly hops: readonly { readonly ed25519PublicKeyHex: string; readonly ip: string }[];
  readonly destination: { readonly kind: 'node' | 'server'; readonly address: string };
}

/** What the page needs to read rows by itself. */
export interface OpenProfile {
  readonly profileId: string;
  readonly databaseName: string;
  /** Non-extractable AES-GCM key of purpose `rows`. */
  readonly rowKey: CryptoKey;
  readonly accountId: AccountId;
}

export type EngineStatus =
  | { readonly state: 'no-profile'; readonly network: NetworkSummary | null }
  | ({ readonly state: 'ready'; readonly network: NetworkSummary } & OpenProfile)
  | ({
      readonly state: 'wrong-network';
      readonly profileNetworkId: string;
      readonly originNetworkId: string;
    } & OpenProfile)
  | { readonly state: 'failed'; readonly code: string };

export interface NetworkSummary {
  readonly id: string;
  readonly kind: 'mainnet' | 'testnet' | 'local';
  readonly echoAccountId: AccountId | null;
}

/** Every command, by name. Errors reach the page as `AppError` with the codes named here or of the floors below. */
export interface Commands {
  /** Opens the profile named, or the only one there is. */
  'engine.open': { in: { profileId?: string }; out: EngineStatus };
  /** `name-empty`, `name-too-long` (100 bytes of UTF-8) */
  'profile.create': { in: { displayName: string }; out: EngineStatus };
  /** `phrase-*`, with `details.word` (position from 0) and `details.text` for an unknown word. The name is asked after. */
  'profile.restore': { in: { phrase: string }; out: EngineStatus };
  /** `name-empty`, `name-too-long` */
  'profile.rename': { in: { displayName: string }; out: void };
  'phrase.check': { in: { text: string }; out: { words: readonly WordCheck[]; problem: string | null } };
  'phrase.reveal': { in: Record<string, never>; out: { words: readonly string[]; seedHex: string } };
  /** `account-id-*`. One's own Account ID opens Note to Self. */
  'conversation.open': {
    in: { accountId: string };
    out: { conversationId: string; kind: 'contact' | 'note-to-self' };
  };
  'conversation.markRead': { in: { conversationId: string; upToSort: number }; out: void };
  'conversation.saveDraft': { in: { conversationId: string; text: string }; out: void };
  'conversation.delete': { in: { conversationId: string }; out: void };
  /** Answers once the message is stored, before anything is sent. `message-empty`, `message-too-long` (2,000 code points) */
  'message.send': { in: { conversationId: string; text: string }; out: { messageId: string } };
  'message.retry': { in: { messageId: string }; out: void };
  /** On this device only. */
  'message.delete': { in: { messageId: string }; out: void };
  'path.current': { in: Record<string, never>; out: PathSnapshot | null };
  'path.renew': { in: Record<string, never>; out: void };
  /** Tries (another) gateway now. */
  'network.retry': { in: Record<string, never>; out: void };
  'page.activity': { in: { visible: boolean; active: boolean; online: boolean }; out: void };
}

export type CommandName = keyof Commands;

export type EngineEvent =
  | { readonly type: 'connection'; readonly state: ConnectionState; readonly role: 'leader' | 'follower' }
  | {
      readonly type: 'packet';
      readonly pathId: string;
      /** 0: page to gateway, 1: gateway to guard node, … 4: last hop to destination. */
      readonly gap: 0 | 1 | 2 | 3 | 4;
      readonly phase: 'sent' | 'answered';
    }
  | { readonly type: 'path'; readonly path: PathSnapshot | null }
  /** Something one sentence should be said about, by code. */
  | { readonly type: 'notice'; readonly code: string };

/** Page to worker. */
export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly name: CommandName; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };

/** Worker to page. */
export type ToPage =
  | { readonly kind: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'event'; readonly event: EngineEvent };
