// Every decoder of the floor against bytes it was not made for: random ones, and real ones with damage done to
// them. Whatever comes, the answer is a value or a typed error, and comes soon.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { AppError } from '../../../src/lib/errors.ts';
import * as wire from '../../../src/lib/wire/index.ts';
import { DAMAGE_KINDS, TELLING_BYTES, damaged, type Damage } from '../../support/damage.ts';
import { DECODERS, type Decoder } from '../../support/wire-decoders.ts';

const EXPECTED_ERRORS = ['WireError', 'BytesError'];

/** Runs a decoder; anything thrown but a typed error of the input fails the test. */
function attempt(decode: Decoder['decode'], bytes: Uint8Array): 'value' | 'error' {
  try {
    decode(bytes);
    return 'value';
  } catch (error) {
    if (error instanceof AppError && EXPECTED_ERRORS.includes(error.name)) return 'error';
    throw error;
  }
}

const damages = fc.array(
  fc.record<Damage>({
    kind: fc.constantFrom(...DAMAGE_KINDS),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    value: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...TELLING_BYTES))
  }),
  { minLength: 1, maxLength: 4 }
);

describe('broken input', () => {
  it.each(DECODERS)('starts from real bytes that $name reads', ({ decode, seeds }) => {
    expect(seeds.length).toBeGreaterThan(0);
    expect(seeds.map((seed) => attempt(decode, seed))).toContain('value');
  });

  it.each(DECODERS)('makes $name throw nothing but typed errors: random bytes', ({ decode }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        attempt(decode, bytes);
      }),
      { numRuns: 300 }
    );
  });

  it.each(DECODERS)('makes $name throw nothing but typed errors: damaged real bytes', ({ decode, seeds }) => {
    fc.assert(
      fc.property(fc.constantFrom(...seeds), damages, (seed, list) => {
        attempt(decode, list.reduce(damaged, seed));
      }),
      { numRuns: 400 }
    );
  });

  it('leaves what decodeContent accepts in a form it accepts again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...(DECODERS[0] as Decoder).seeds), damages, (seed, list) => {
        const bytes = list.reduce(damaged, seed);
        if (attempt(wire.decodeContent, bytes) === 'error') return;
        const content = wire.decodeContent(bytes);
        const again = wire.encodeContent(content);
        expect(wire.encodeContent(wire.decodeContent(again))).toEqual(again);
      }),
      { numRuns: 400 }
    );
  });

  it('is finished with soon, however it is made to take long', () => {
    const megabyte = 1024 * 1024;
    const worst = [
      utf8ToBytes('['.repeat(megabyte)),
      utf8ToBytes('"\\'.repeat(megabyte / 2)),
      utf8ToBytes('l'.repeat(megabyte)),
      utf8ToBytes('0:'.repeat(megabyte / 2)),
      utf8ToBytes(`d${'1:a'.repeat(megabyte / 3)}`),
      utf8ToBytes('1'.repeat(megabyte)),
      utf8ToBytes('.'.repeat(megabyte)),
      new Uint8Array(megabyte).fill(0x0b),
      new Uint8Array(megabyte).fill(0xff),
      new Uint8Array(76_800).fill(0x0b),
      new Uint8Array(76_800).fill(0x80)
    ];
    const started = performance.now();
    for (const { decode } of DECODERS) for (const bytes of worst) attempt(decode, bytes);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
