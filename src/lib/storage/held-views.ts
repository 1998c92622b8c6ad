// What is known of messages that no key of this device opens.

/** What is known of kept messages as a whole. */
export interface HeldState {
  /** Of those that were tried often enough to be told of. */
  readonly count: number;
  /** Within which time they may have been sent, network time. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Some found no room, and are to be fetched again. */
  readonly isOverfull: boolean;
  /** Asking for them is the person's to decide. */
  readonly canAsk: boolean;
  /** When contacts were last asked to send them again. */
  readonly askedAtMs: number | null;
}

export const NOTHING_HELD: HeldState = {
  count: 0,
  fromMs: 0,
  toMs: 0,
  isOverfull: false,
  canAsk: false,
  askedAtMs: null
};

/** The kept messages as the page tells of them. */
export type HeldView = Omit<HeldState, 'isOverfull'>;
