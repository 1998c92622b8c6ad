// Damage as it happens to bytes on their way.

export interface Damage {
  readonly kind: 'flip' | 'insert' | 'remove' | 'repeat' | 'cut';
  /** Where, as a share of the length: 0 … 1. */
  readonly at: number;
  /** A byte. */
  readonly value: number;
}

/** Bytes with one thing wrong; `at` is a share of the length, so that damage scales with the input. */
export function damaged(bytes: Uint8Array, { kind, at, value }: Damage): Uint8Array {
  const index = Math.floor(at * bytes.length);
  const list = [...bytes];
  if (kind === 'flip') list[index] = (list[index] ?? 0) ^ (value || 1);
  if (kind === 'insert') list.splice(index, 0, value);
  if (kind === 'remove') list.splice(index, 1 + (value % 8));
  if (kind === 'repeat') list.splice(index, 0, ...list.slice(index, index + 1 + (value % 40)));
  if (kind === 'cut') list.length = index;
  return Uint8Array.from(list);
}

export const DAMAGE_KINDS = ['flip', 'insert', 'remove', 'repeat', 'cut'] as const;
/** Bytes that mean something to a parser: ends of numbers, lengths and texts. */
export const TELLING_BYTES = [0x00, 0x22, 0x5b, 0x7b, 0x7f, 0x80, 0xff] as const;
