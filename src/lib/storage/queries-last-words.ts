// What stood in a composer when its page was left, sealed at once by the page itself: the worker that writes drafts ends with
// the page. Kept outside the database (state/last-words.ts) until the next page hands it to the engine.
import { base64ToBytes, bytesToBase64, bytesToUtf8, utf8ToBytes } from '../bytes/index.ts';
import { createPromptSeal, openPromptSealed } from '../crypto/vault-now.ts';
import { systemRandom } from '../random.ts';
import { loadMessages, type ProfileDatabase } from './queries.ts';

export interface LastWords {
  readonly text: string;
  /** Handed to the engine as messages, oldest first; whether it stored them was not heard. */
  readonly sending: readonly WordsOnTheirWay[];
  /** What was said of files that wait there, and was not heard to be done. */
  readonly files: readonly FileWord[];
}

export interface FileWord {
  readonly stagedId: string;
  /** What is written on it; null: it was taken away. */
  readonly caption: string | null;
}

export interface WordsOnTheirWay {
  readonly text: string;
  /** Position of the message before it; null when that was not known. */
  readonly afterSort: number | null;
}

/** @returns text for a store of the browser */
export type LastWordsSeal = (words: LastWords) => string;

/** More messages than a person sends before the first is stored. */
const MOST_ON_THEIR_WAY = 100;

const placeOf = (conversationId: string) => `last words/${conversationId}`;

/** To be made before it is needed. */
export async function createLastWordsSeal(rowKey: CryptoKey, conversationId: string): Promise<LastWordsSeal> {
  const seal = await createPromptSeal(rowKey, placeOf(conversationId), systemRandom);
  return (words) => bytesToBase64(seal(utf8ToBytes(JSON.stringify(words))));
}

/** @returns null when it was not sealed for this profile and conversation, or is damaged */
export async function openLastWords(
  rowKey: CryptoKey,
  conversationId: string,
  sealed: string
): Promise<LastWords | null> {
  try {
    const opened = await openPromptSealed(rowKey, base64ToBytes(sealed), placeOf(conversationId));
    return JSON.parse(bytesToUtf8(opened)) as LastWords;
  } catch {
    return null;
  }
}

/** What of such words was not stored as a message after all: the parts of a draft, some of them empty. */
export async function unsentWords(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  conversationId: string,
  { text, sending }: Pick<LastWords, 'text' | 'sending'>
): Promise<readonly string[]> {
  const firstSort = sending.find(({ afterSort }) => afterSort !== null)?.afterSort ?? null;
  const range = { fromSort: firstSort ?? undefined, limit: MOST_ON_THEIR_WAY };
  const since = firstSort === null ? [] : await loadMessages(db, rowKey, conversationId, range);
  const stored = since.filter(({ direction, sort }) => direction === 'out' && sort !== firstSort);
  const unsent = sending.filter((words) => {
    const at = stored.findIndex((message) => message.text === words.text);
    // The same words sent twice are two messages.
    if (at !== -1) stored.splice(at, 1);
    return at === -1;
  });
  return [...unsent.map((words) => words.text), text];
}
