/** A message as a node gives it out. */
export interface StoredMessage {
  readonly hash: string;
  readonly timestampMs: number;
  readonly expiryMs: number;
  readonly data: Uint8Array;
}
