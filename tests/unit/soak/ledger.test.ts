import { describe, expect, it } from 'vitest';
import { checkShown, isComplete, type Shown } from '../../soak/ledger.ts';

const accepted = (fromDevice: string, ...texts: string[]) => texts.map((text) => ({ fromDevice, text }));
const shown = (texts: string[], change: Partial<Shown> = {}): Shown => ({
  device: 'phone',
  conversation: 'Ana',
  texts,
  expected: [...accepted('a', 'a1', 'a2'), ...accepted('b', 'b1')],
  maybe: new Set(),
  ...change
});

describe('the check of what a device shows', () => {
  it('is content with everything once, each device’s messages in its order', () => {
    expect(checkShown(shown(['a1', 'b1', 'a2']))).toEqual([]);
    expect(checkShown(shown(['b1', 'a1', 'a2']))).toEqual([]);
  });

  it('names what is lost, doubled, out of order or was never written', () => {
    expect(checkShown(shown(['a1', 'b1']))).toEqual(['lost on phone with Ana: a2']);
    expect(checkShown(shown(['a1', 'b1', 'a2', 'b1']))).toEqual(['2 times on phone with Ana: b1']);
    expect(checkShown(shown(['a2', 'a1', 'b1']))).toEqual([
      'out of order on phone with Ana: messages from a'
    ]);
    expect(checkShown(shown(['a1', 'x', 'a2', 'b1']))).toEqual(['never written, on phone with Ana: x']);
  });

  it('allows once what a dying engine may have taken', () => {
    const maybe = new Set(['x']);
    expect(checkShown(shown(['a1', 'x', 'a2', 'b1'], { maybe }))).toEqual([]);
    expect(checkShown(shown(['x', 'a1', 'x', 'a2', 'b1'], { maybe }))).toEqual([
      '2 times on phone with Ana: x'
    ]);
  });

  it('knows when all is there, whatever else is', () => {
    expect(isComplete(shown(['b1', 'b1', 'a2', 'a1']))).toBe(true);
    expect(isComplete(shown(['b1', 'a1']))).toBe(false);
  });
});
