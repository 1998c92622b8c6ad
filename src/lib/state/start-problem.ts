// What keeps a profile from opening, as far as something can be done about it.

const CODES = ['evicted', 'key-missing', 'damaged', 'newer-version', 'blocked', 'quota'] as const;
export type StartProblemCode = (typeof CODES)[number];

/** Rows that do not open are damage too. @returns null for what nothing special can be said about */
export function startProblem(code: string | null): StartProblemCode | null {
  if (code === 'row-damaged') return 'damaged';
  return CODES.find((known) => known === code) ?? null;
}

/**
 * What it means that there is no profile: that there was one, if this browser remembers having held it.
 * @param hadAccount the mark from before the engine was asked
 */
export function missingProfile(hadAccount: boolean): StartProblemCode | null {
  return hadAccount ? 'evicted' : null;
}
