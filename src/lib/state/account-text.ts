// How an Account ID is shown: in groups of four, left to right, with a blank between them (ux.md §8).

/** All of it: `05d1 c8ab … 04`. */
export function formatAccountId(accountId: string): string {
  return accountId.match(/.{1,4}/g)?.join(' ') ?? '';
}

/** First two groups and the last four characters, for places where one line must do. */
export function shortAccountId(accountId: string): string {
  return `${accountId.slice(0, 4)} ${accountId.slice(4, 8)} … ${accountId.slice(-4)}`;
}
