// Errors of the messenger floor: what a command was refused for (style.md §2.5).
import { AppError } from '../errors.ts';

export type MessengerErrorCode =
  | 'message-empty'
  /** `details.limit`, `details.length`: code points */
  | 'message-too-long'
  /** `details.limit` */
  | 'too-many-files'
  /** A file to be sent is no longer on this device. */
  | 'file-missing'
  /** The person ended the sending. */
  | 'upload-cancelled'
  /** No picture that can be shown. */
  | 'picture-unreadable'
  | 'name-empty'
  /** `details.limit`, `details.length`: bytes of UTF-8 */
  | 'name-too-long'
  /** No whole number of seconds, or out of range. */
  | 'timer-invalid'
  /** More reactions in a minute than an account may send. */
  | 'too-many-reactions'
  | 'not-an-emoji'
  /** The command needs an open profile. */
  | 'no-profile'
  /** This browser has the account already: `details.profileId`. */
  | 'profile-exists'
  /** What was shown does not open the lock; `details.waitMs` until the next attempt. */
  | 'unlock-refused'
  /** No attempt was made; `details.waitMs` until one is. */
  | 'unlock-too-soon'
  /** The profile has a lock, which has to be opened for this. */
  | 'proof-needed'
  /** There is nothing to lock the profile with. */
  | 'lock-missing'
  /** The recovery words were hidden for good on this device. */
  | 'phrase-hidden'
  /** No node that holds the account could be found in time. */
  | 'network-unreachable'
  /** `details.limit`, `details.length`: characters */
  | 'passphrase-too-short'
  | 'passphrase-too-long'
  /** The backup is of another account than the open profile. */
  | 'backup-other-account'
  /** The account of the backup lives on another network than this site's. */
  | 'backup-other-network'
  /** No name that could be registered. */
  | 'account-name-invalid'
  /** Neither the site nor an earlier visit says which network this is. */
  | 'network-unknown';

export class MessengerError extends AppError<MessengerErrorCode> {
  override readonly name = 'MessengerError';
}
