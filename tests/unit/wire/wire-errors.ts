import { expect } from 'vitest';
import { WireError, type WireErrorCode } from '../../../src/lib/wire/index.ts';

/** The details of the WireError that `run` must throw. */
export function wireErrorOf(run: () => unknown, code: WireErrorCode = 'malformed'): WireError['details'] {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    expect(error.code).toBe(code);
    return error.details;
  }
  throw new Error(`expected a WireError, got ${typeof result}`);
}
