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
  switch (kind) {
    case 'flip':
      return replaced(bytes, index, 1, [(bytes[index] ?? 0) ^ (value || 1)]);
    case 'insert':
      return replaced(bytes, index, 0, [value]);
    case 'remove':
      return replaced(bytes, index, 1 + (value % 8), []);
    case 'repeat':
      return replaced(bytes, index, 0, bytes.subarray(index, index + 1 + (value % 40)));
    case 'cut':
      return bytes.slice(0, index);
  }
}

/** A copy with `removed` bytes from `index` on exchanged for others; one copy, since a fuzz run damages millions. */
function replaced(bytes: Uint8Array, index: number, removed: number, by: ArrayLike<number>): Uint8Array {
  const tail = bytes.subarray(index + removed);
  const copy = new Uint8Array(index + by.length + tail.length);
  copy.set(bytes.subarray(0, index));
  copy.set(by, index);
  copy.set(tail, index + by.length);
  return copy;
}

export const DAMAGE_KINDS = ['flip', 'insert', 'remove', 'repeat', 'cut'] as const;
/** Bytes that mean something to a parser: ends of numbers, lengths and texts. */
export const TELLING_BYTES = [0x00, 0x22, 0x5b, 0x7b, 0x7f, 0x80, 0xff] as const;
