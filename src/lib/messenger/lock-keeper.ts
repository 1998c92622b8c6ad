// The locks of this browser's profiles as one tab's engine knows them: whose keys are in memory, who may have them, what opens
// and changes a lock. It holds keys only as objects that give no bytes away; a root is there for moments.
import { wipe } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import { deriveVaultKeys, type Argon2Cost, type VaultKeys } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RandomBytes } from '../random.ts';
import {
  finishErasures,
  isLocked,
  loadLock,
  loadSettings,
  mendLock,
  openRoot,
  removeWayIn,
  setPasskey,
  setPassphrase,
  setWipeCode,
  wipeBehindLock,
  type ProfileLock,
  type ProfileStore,
  type Proof,
  type StorageEnvironment
} from '../storage/index.ts';
import { MAX_PASSPHRASE_LENGTH, MIN_PASSPHRASE_LENGTH } from '../backup/index.ts';
import { MessengerError } from './errors.ts';
import { createLockAttempts } from './lock-attempts.ts';
import { createLockChannel } from './lock-channel.ts';
import { createLockWatch, type LockWatch } from './lock-watch.ts';
import type { Channel, Locks } from './ports.ts';

/** What a lock screen shows. */
export interface LockView extends ProfileLock {
  /** Milliseconds until the next attempt is allowed. */
  readonly waitMs: number;
}

/** A change of the lock of the open profile. */
export type LockChange =
  | { readonly kind: 'set-passphrase'; readonly text: string }
  | { readonly kind: 'set-passkey'; readonly credentialId: Uint8Array; readonly secret: Uint8Array }
  | { readonly kind: 'remove'; readonly way: 'passphrase' | 'passkey' }
  /** Null: none. */
  | { readonly kind: 'set-wipe-code'; readonly code: string | null };

export interface LockKeeper {
  /** Storage that opens what is unlocked. */
  readonly environment: StorageEnvironment;
  /** Ends a change that was cut off, unless another tab is at it. */
  mend(profileId: string): Promise<void>;
  /** Gets the keys of a locked profile from another tab. @returns whether one had them */
  fetch(profileId: string): Promise<boolean>;
  /** @throws StorageError */
  view(profileId: string): Promise<LockView>;
  /**
   * Takes the keys of a profile into memory, and tells other tabs that they may have them.
   * @throws MessengerError `unlock-refused`, `unlock-too-soon`; StorageError
   */
  unlock(profileId: string, proof: Proof): Promise<void>;
  /** Whether somebody may do what only the owner may. @throws as `unlock`; MessengerError `proof-needed` */
  prove(profileId: string, proof: Proof | null): Promise<void>;
  /** @throws as `prove`; MessengerError `passphrase-too-short`, `passphrase-too-long`, `lock-missing`; StorageError `code-taken` */
  change(profileId: string, proof: Proof, change: LockChange): Promise<ProfileLock>;
  /** A profile is open in this tab; its keys are here, and it is watched. */
  opened(profileId: string, store: ProfileStore): void;
  /** Forgets the keys of a profile, here alone. */
  forget(profileId: string): void;
  /** Every tab forgets the keys of a profile. @throws MessengerError `lock-missing` */
  lock(profileId: string): Promise<void>;
  used(): void;
  setVisible(isVisible: boolean): void;
  stop(): void;
}

export interface LockKeeperDependencies {
  readonly environment: StorageEnvironment;
  readonly locks: Locks;
  readonly openChannel: (name: string) => Channel;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** The profile is to be closed: its keys are not to be had any more. */
  readonly onLock: (profileId: string) => void;
  /** Another tab opened a lock. */
  readonly onUnlocked: (profileId: string) => void;
  /** What opening a passphrase costs; absent: what design.md §6 asks for. */
  readonly cost?: Argon2Cost;
}

/** Other tabs hear of use this often at most. */
const USED_TELL_MS = 5_000;

export function createLockKeeper(deps: LockKeeperDependencies): LockKeeper {
  const { locks, clock, log } = deps;
  const held = new Map<string, VaultKeys>();
  const environment: StorageEnvironment = {
    ...deps.environment,
    keyring: { get: (profileId) => held.get(profileId) ?? null }
  };
  const attempts = createLockAttempts({ list: environment.list, locks, clock });
  let watching: { profileId: string; watch: LockWatch } | null = null;
  let isVisible = true;
  let toldUseMs = -Infinity;

  const channel = createLockChannel(deps, {
    keysOf: (profileId) => held.get(profileId) ?? null,
    isSeen: (profileId) => watching?.profileId === profileId && isVisible,
    on(kind, profileId) {
      if (kind === 'unlocked') deps.onUnlocked(profileId);
      else if (kind === 'used') {
        if (watching?.profileId === profileId) watching.watch.used();
      } else drop(profileId);
    }
  });

  function forget(profileId: string): void {
    held.delete(profileId);
    if (watching?.profileId !== profileId) return;
    watching.watch.stop();
    watching = null;
  }

  function drop(profileId: string): void {
    forget(profileId);
    deps.onLock(profileId);
  }

  /** Nobody else changes the lock meanwhile. */
  function alone(profileId: string, work: () => Promise<void>, ifAvailable = false): Promise<void> {
    return locks.request(`onionskin/lock/${profileId}`, { ifAvailable }, (isHeld) =>
      isHeld ? work() : Promise.resolve()
    );
  }

  /** The root, 32 bytes; to be wiped. */
  async function rootBy(profileId: string, proof: Proof): Promise<Uint8Array> {
    // Nobody guesses what a key or a passkey holds.
    if (proof.kind !== 'passphrase') {
      const opening = await openRoot(environment, profileId, proof);
      if (opening.kind !== 'root') throw new MessengerError('unlock-refused', { details: { waitMs: 0 } });
      return opening.root;
    }
    return attempts.attempt(profileId, async () => {
      const opening = await openRoot(environment, profileId, proof);
      if (opening.kind === 'wipe') await wipeOut(profileId);
      return opening.kind === 'root' ? opening.root : null;
    });
  }

  /** The keys are destroyed before anything is answered; the rest goes by itself. */
  async function wipeOut(profileId: string): Promise<void> {
    await alone(profileId, () => wipeBehindLock(environment, profileId));
    channel.tell('lock', profileId);
    drop(profileId);
    void finishErasures(environment).catch((error: unknown) => {
      log.warn('erasures-not-finished', { code: errorCode(error) });
    });
  }

  async function rulesOf(profileId: string, { db, keys }: ProfileStore) {
    const settings = await loadSettings(db, keys.rows);
    const { lockAfterMinutes, lockWhenHidden } = settings;
    if (lockAfterMinutes === 0 && !lockWhenHidden) return null;
    return isLocked(await loadLock(environment, profileId)) ? settings : null;
  }

  async function apply(profileId: string, root: Uint8Array, change: LockChange): Promise<void> {
    switch (change.kind) {
      case 'set-passphrase':
        checkLength(change.text);
        return setPassphrase(environment, profileId, {
          root,
          text: change.text,
          ...(deps.cost && { cost: deps.cost })
        });
      case 'set-passkey':
        return setPasskey(environment, profileId, { root, ...change });
      case 'remove':
        return removeWayIn(environment, profileId, { root, kind: change.way });
      case 'set-wipe-code':
        if (change.code !== null) checkLength(change.code);
        return setWipeCode(environment, profileId, change.code);
    }
  }

  return {
    environment,
    mend: (profileId) =>
      alone(profileId, () => mendLock(environment, profileId), true).catch((error: unknown) => {
        log.debug('lock-not-mended', { code: errorCode(error) });
      }),
    async fetch(profileId) {
      const keys = await channel.askForKeys(profileId);
      if (keys) held.set(profileId, keys);
      return keys !== null;
    },
    async view(profileId) {
      const [lock, waitMs] = await Promise.all([
        loadLock(environment, profileId),
        attempts.waitMs(profileId)
      ]);
      return { ...lock, waitMs };
    },
    async unlock(profileId, proof) {
      const root = await rootBy(profileId, proof);
      held.set(profileId, await deriveVaultKeys(root));
      wipe(root);
      channel.tell('unlocked', profileId);
    },
    async prove(profileId, proof) {
      if (!isLocked(await loadLock(environment, profileId))) return;
      if (!proof) throw new MessengerError('proof-needed');
      wipe(await rootBy(profileId, proof));
    },
    async change(profileId, proof, change) {
      if (change.kind === 'set-passphrase') checkLength(change.text);
      const root = await rootBy(profileId, proof);
      try {
        await alone(profileId, () => apply(profileId, root, change));
      } finally {
        wipe(root);
      }
      return loadLock(environment, profileId);
    },
    opened(profileId, store) {
      held.set(profileId, store.keys);
      watching?.watch.stop();
      const watch = createLockWatch({
        clock,
        rules: () => rulesOf(profileId, store),
        isSeenElsewhere: () => channel.isSeenElsewhere(profileId),
        onDue() {
          channel.tell('lock', profileId);
          drop(profileId);
        }
      });
      watch.setVisible(isVisible);
      watching = { profileId, watch };
    },
    forget,
    async lock(profileId) {
      if (!isLocked(await loadLock(environment, profileId))) throw new MessengerError('lock-missing');
      channel.tell('lock', profileId);
      drop(profileId);
    },
    used() {
      if (!watching) return;
      watching.watch.used();
      if (clock.monotonic() - toldUseMs < USED_TELL_MS) return;
      toldUseMs = clock.monotonic();
      channel.tell('used', watching.profileId);
    },
    setVisible(visible) {
      isVisible = visible;
      watching?.watch.setVisible(visible);
    },
    stop() {
      watching?.watch.stop();
      channel.close();
    }
  };
}

function checkLength(text: string): void {
  const { length } = [...text];
  if (length < MIN_PASSPHRASE_LENGTH) {
    throw new MessengerError('passphrase-too-short', { details: { limit: MIN_PASSPHRASE_LENGTH, length } });
  }
  if (length > MAX_PASSPHRASE_LENGTH) {
    throw new MessengerError('passphrase-too-long', { details: { limit: MAX_PASSPHRASE_LENGTH, length } });
  }
}
