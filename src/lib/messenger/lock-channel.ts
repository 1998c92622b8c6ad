// What the workers of one browser tell each other about locks. An unlock lives in their memory: a new tab gets the keys from one
// that has them, over a channel of its own, and after the last tab is closed nobody has them. Anything that runs on this origin
// can ask as well (SECURITY.md).
import { bytesToHex } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import type { VaultKeys } from '../crypto/index.ts';
import type { RandomBytes } from '../random.ts';
import type { Channel } from './ports.ts';

type LockMessage =
  /** Whoever has the keys answers on the channel named. */
  | { readonly kind: 'ask'; readonly profileId: string; readonly answerOn: string }
  | { readonly kind: 'unlocked'; readonly profileId: string }
  /** Every tab forgets the keys. */
  | { readonly kind: 'lock'; readonly profileId: string }
  /** Somebody uses a tab of the profile. */
  | { readonly kind: 'used'; readonly profileId: string }
  /** Whoever is on screen answers `seen` on the channel named. */
  | { readonly kind: 'anyone-seen'; readonly profileId: string; readonly answerOn: string };

export interface LockChannel {
  /** The keys of a profile, from a tab that has them; null when none answers in time. */
  askForKeys(profileId: string): Promise<VaultKeys | null>;
  /** Whether another tab of the profile is on screen. */
  isSeenElsewhere(profileId: string): Promise<boolean>;
  tell(kind: 'unlocked' | 'lock' | 'used', profileId: string): void;
  close(): void;
}

export interface LockListener {
  /** Null: this tab has none. */
  readonly keysOf: (profileId: string) => VaultKeys | null;
  readonly isSeen: (profileId: string) => boolean;
  readonly on: (kind: 'unlocked' | 'lock' | 'used', profileId: string) => void;
}

const NAME = 'onionskin/lock';
const ANSWER_MS = 500;

export function createLockChannel(
  deps: { openChannel: (name: string) => Channel; clock: Clock; random: RandomBytes },
  listener: LockListener
): LockChannel {
  const { openChannel, clock, random } = deps;
  const channel = openChannel(NAME);

  function answer(name: string, message: unknown): void {
    const answers = openChannel(name);
    answers.post(message);
    answers.close();
  }

  channel.onMessage((message) => {
    if (!isLockMessage(message)) return;
    const { profileId } = message;
    if (message.kind === 'ask') {
      const keys = listener.keysOf(profileId);
      if (keys) answer(message.answerOn, { kind: 'keys', keys });
    } else if (message.kind === 'anyone-seen') {
      if (listener.isSeen(profileId)) answer(message.answerOn, { kind: 'seen' });
    } else listener.on(message.kind, profileId);
  });

  /** The first answer that `read` understands; null when there is none in time. */
  async function ask<Answer>(
    kind: 'ask' | 'anyone-seen',
    profileId: string,
    read: (message: unknown) => Answer | null
  ): Promise<Answer | null> {
    const answerOn = `${NAME}/${bytesToHex(random(16))}`;
    const answers = openChannel(answerOn);
    const over = new AbortController();
    try {
      return await new Promise<Answer | null>((resolve) => {
        answers.onMessage((message) => {
          const understood = read(message);
          if (understood !== null) resolve(understood);
        });
        clock.sleep(ANSWER_MS, over.signal).then(
          () => resolve(null),
          () => {}
        );
        channel.post({ kind, profileId, answerOn } satisfies LockMessage);
      });
    } finally {
      over.abort();
      answers.close();
    }
  }

  return {
    askForKeys: (profileId) => ask('ask', profileId, readKeys),
    async isSeenElsewhere(profileId) {
      return (
        (await ask('anyone-seen', profileId, (message) => (isKind(message, 'seen') ? true : null))) ?? false
      );
    },
    tell: (kind, profileId) => channel.post({ kind, profileId } satisfies LockMessage),
    close: () => channel.close()
  };
}

function isKind(message: unknown, kind: string): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind;
}

function isLockMessage(message: unknown): message is LockMessage {
  if (typeof message !== 'object' || message === null) return false;
  const { kind, profileId, answerOn } = message as Record<string, unknown>;
  if (typeof profileId !== 'string') return false;
  if (kind === 'ask' || kind === 'anyone-seen') {
    return typeof answerOn === 'string' && answerOn.startsWith(`${NAME}/`);
  }
  return kind === 'unlocked' || kind === 'lock' || kind === 'used';
}

/** Keys of another tab, if they are what they should be; null otherwise. */
function readKeys(message: unknown): VaultKeys | null {
  if (!isKind(message, 'keys') || typeof message['keys'] !== 'object' || message['keys'] === null)
    return null;
  const { rows, index, identity } = message['keys'] as Record<string, unknown>;
  const areKeys = [rows, index, identity].every((key) => key instanceof CryptoKey);
  return areKeys ? ({ rows, index, identity } as VaultKeys) : null;
}
