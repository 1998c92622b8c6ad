// Names that stand for an Account ID in the network's name service (network.md §5.8). A ground file: the field that reads
// one and the engine that looks it up must agree on what a name is.

/** A lower-cased name: 1 to 64 letters, digits, `-` and `_`; `-` at neither end. */
export type AccountName = string & { readonly __brand: 'AccountName' };

/** Characters at most. */
export const ACCOUNT_NAME_LENGTH = 64;

/** The name a person typed, in lower case; null when it is none. Blanks around it do not count. */
export function parseAccountName(text: string): AccountName | null {
  // Far more than any name, and cheap to refuse.
  if (text.length > 4 * ACCOUNT_NAME_LENGTH) return null;
  const name = text.trim().toLowerCase();
  const isName = name.length <= ACCOUNT_NAME_LENGTH && /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(name);
  return isName ? (name as AccountName) : null;
}
