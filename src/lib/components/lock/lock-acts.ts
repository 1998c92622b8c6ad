// What can be done to a lock, each with a dialog of its own.
import type { ProfileLock } from '../../worker/protocol.ts';

export type LockAct =
  | 'set-passphrase'
  | 'change-passphrase'
  | 'add-passkey'
  | 'remove-passphrase'
  | 'remove-passkey'
  | 'set-wipe'
  | 'remove-wipe';

/** What an act warns of: that nothing is left, or nothing but a passkey. */
export function warningOf(act: LockAct, lock: ProfileLock): 'last' | 'only-passkey' | null {
  if (act === 'remove-passphrase') return lock.passkey ? 'only-passkey' : 'last';
  if (act === 'remove-passkey') return lock.passphrase ? null : 'last';
  return act === 'add-passkey' && !lock.passphrase ? 'only-passkey' : null;
}

/** Whether an act sets the first lock, or removes the last: what a thief of the device learns is another thing then. */
export function turnsLock(act: LockAct, lock: ProfileLock): boolean {
  const isSet = lock.passphrase || lock.passkey !== null;
  return isSet ? warningOf(act, lock) === 'last' : act === 'set-passphrase' || act === 'add-passkey';
}
