// What the person has to decide about the account's devices and keys, as its row says it (v2-forward-secrecy-and-pq.md §9.3, §15.4, §16).
import { updateDevicesContent, type ProfileStore } from '../storage/index.ts';

/** Keys in our slot that no device of ours made: somebody else has the recovery phrase (v2-forward-secrecy-and-pq.md §9.3). */
export function noteForeignKeys(store: ProfileStore): Promise<void> {
  return updateDevicesContent(store, (view) => view && { ...view, alarm: 'foreign-keys' });
}

/** A classic copy of a message of ours, or settings in another form: an app that is in no group of the account wrote it (§16.1). */
export function noteOtherApp(store: ProfileStore): Promise<void> {
  return updateDevicesContent(store, (view) =>
    !view || view.alarm !== null || view.ignoresOtherApp ? null : { ...view, alarm: 'other-app' }
  );
}

/** Keys of an official app stand in its slot, or do not any more (§16.3). */
export function noteOfficialApp(store: ProfileStore, isTaken: boolean): Promise<void> {
  return updateDevicesContent(store, (view) => {
    const before = view?.alarm ?? null;
    const isFree = before === null || before === 'other-app';
    if (!view || (isTaken ? !isFree : before !== 'official-app')) return null;
    return { ...view, alarm: isTaken ? 'official-app' : null };
  });
}

/** Since when what is due of our keys could not be published (§15.4); it goes on over restarts. */
export function noteOverdue(store: ProfileStore, sinceSeconds: number | null): Promise<void> {
  return updateDevicesContent(store, (view) => {
    const before = view?.unpublishedSinceMs ?? null;
    if (!view || (before === null) === (sinceSeconds === null)) return null;
    return { ...view, unpublishedSinceMs: sinceSeconds === null ? null : sinceSeconds * 1000 };
  });
}
