// What this device is in the device group, in memory and in storage: one change after the other, stored before anything follows from it.
import type { HfsSelf } from '../hfs/index.ts';

/** How the place of this device in the group is kept. */
export interface GroupStorage {
  /** null: this device has not looked for a group yet. */
  load(): Promise<HfsSelf | null>;
  /**
   * Replaces what is kept; keys that are in it no more are destroyed.
   * @throws StorageError `deposed`, `closed`, `quota`
   */
  save(self: HfsSelf): Promise<void>;
}

export interface GroupState {
  current(): Promise<HfsSelf | null>;
  /**
   * Stores what `make` makes of the present state. Nothing is stored when it gives back the very same.
   * @returns the state afterwards
   * @throws as `GroupStorage.save`
   */
  change<State extends HfsSelf | null>(
    make: (self: HfsSelf | null) => State | Promise<State>
  ): Promise<State>;
  onChange(callback: (self: HfsSelf | null) => void): () => void;
}

export function createGroupState(storage: GroupStorage): GroupState {
  let held: HfsSelf | null | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const listeners = new Set<(self: HfsSelf | null) => void>();

  async function load(): Promise<HfsSelf | null> {
    held ??= await storage.load();
    return held;
  }

  return {
    current: load,
    change(make) {
      const done = turn.then(async () => {
        const before = await load();
        const next = await make(before);
        if (next === null || next === before) return next;
        try {
          await storage.save(next);
        } catch (error) {
          // Whether it took effect is not certain; what is stored says.
          held = undefined;
          throw error;
        }
        held = next;
        for (const callback of listeners) callback(next);
        return next;
      });
      turn = done.catch(() => {});
      return done;
    },
    onChange(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    }
  };
}
