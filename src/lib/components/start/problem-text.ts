// The one sentence for each thing the Account ID field may hold instead of an Account ID.
import { ACCOUNT_ID_LENGTH } from '../../account-id.ts';
import type { AccountFieldProblem } from '../../state/account-field.ts';
import { start as text } from '../../text/en/start.ts';

/** @param length characters that were typed */
export function accountProblemText(code: AccountFieldProblem, length: number): string {
  switch (code) {
    case 'account-id-empty':
      return text.empty;
    case 'account-id-length':
      return text.wrongLength({ length, total: ACCOUNT_ID_LENGTH });
    case 'account-id-not-hex':
      return text.notHex;
    case 'account-name-invalid':
      return text.noName;
    case 'account-id-is-group':
      return text.isGroup;
    case 'account-id-is-blinded':
      return text.isBlinded;
    case 'account-id-prefix':
      return text.wrongPrefix;
    case 'invite-broken':
      return text.inviteBroken;
  }
}
