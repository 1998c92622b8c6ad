// The lock of the open profile, as its page of the settings shows and changes it.
import { AppError, errorCode } from '../errors.ts';
import type { LockChange, LockView, ProfileLock, Proof } from '../worker/protocol.ts';
import { askPasskey, createPasskey, type PasskeyPage } from './passkey.ts';
import type { Session } from './session.svelte.ts';

/** What a change is confirmed by; null: the device's own key, while there is no lock. */
export type Confirmation = { readonly passphrase: string } | 'passkey' | null;

/** A change as a person asks for it. */
export type WantedChange =
  | { readonly kind: 'set-passphrase'; readonly text: string }
  | { readonly kind: 'add-passkey' }
  | { readonly kind: 'remove'; readonly way: 'passphrase' | 'passkey' }
  | { readonly kind: 'set-wipe-code'; readonly code: string | null };

export interface LockState {
  /** Undefined until it was read. */
  readonly view: ProfileLock | undefined;
  readonly busy: boolean;
  /** Code of what went wrong last, with the seconds to wait where guesses are slowed. */
  readonly failure: { readonly code: string; readonly waitSeconds: number; readonly limit: number } | null;
  load(): Promise<void>;
  /** @returns whether it was done; else `failure` says why not */
  change(confirmation: Confirmation, wanted: WantedChange): Promise<boolean>;
  /** What opens this profile, for a command that asks for it. @throws PasskeyError */
  proofOf(confirmation: Confirmation): Promise<Proof>;
  forget(): void;
}

export function createLockState(deps: { page: PasskeyPage; call: Session['call'] }): LockState {
  const { page, call } = deps;
  let view = $state.raw<ProfileLock | undefined>(undefined);
  let busy = $state(false);
  let failure = $state.raw<LockState['failure']>(null);

  async function proofOf(confirmation: Confirmation): Promise<Proof> {
    if (confirmation === null) return { kind: 'device' };
    if (confirmation !== 'passkey') return { kind: 'passphrase', text: confirmation.passphrase };
    if (!view?.passkey) throw new AppError('passkey-refused');
    return { kind: 'passkey', secret: await askPasskey(page, view.passkey.credentialId) };
  }

  async function changeOf(wanted: WantedChange): Promise<LockChange> {
    if (wanted.kind !== 'add-passkey') return wanted;
    return { kind: 'set-passkey', ...(await createPasskey(page)) };
  }

  return {
    get view() {
      return view;
    },
    get busy() {
      return busy;
    },
    get failure() {
      return failure;
    },
    async load() {
      const { passphrase, passkey }: LockView = await call('lock.view', {});
      view = { passphrase, passkey };
    },
    async change(confirmation, wanted) {
      busy = true;
      failure = null;
      try {
        const proof = await proofOf(confirmation);
        view = await call('lock.change', { proof, change: await changeOf(wanted) });
        return true;
      } catch (error) {
        failure = describeFailure(error);
        return false;
      } finally {
        busy = false;
      }
    },
    proofOf,
    forget: () => (failure = null)
  };
}

/** What the words about it need. */
export function describeFailure(error: unknown): NonNullable<LockState['failure']> {
  const details = error instanceof AppError ? error.details : {};
  const numberOf = (value: unknown) => (typeof value === 'number' ? value : 0);
  return {
    code: errorCode(error),
    waitSeconds: Math.ceil(numberOf(details['waitMs']) / 1000),
    limit: numberOf(details['limit'])
  };
}
