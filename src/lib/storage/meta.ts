// Single values of a profile by fixed name, and the epoch that says which engine may write.
import type { HeldState } from './held-views.ts';
import { wrapStorageError } from './errors.ts';
import type { DevicesContent } from './device-views.ts';
import type { AppliedPreset } from './preset-views.ts';
import type { SettingsView } from './views.ts';
import type {
  CountersContent,
  MetaRow,
  ProfileContent,
  SearchStateContent,
  SendClockContent
} from './rows.ts';
import type { SealedSecret } from './shreddable.ts';
import { commitBuilt, openRow, reading, sealRow, type ChangeSet, type ProfileStore } from './store.ts';

/** One of the documents that the devices of the account share, as this device holds it. */
export interface ConfigRowContent {
  /** base64 of the state; what is in it is not this floor's. */
  readonly stateBase64: string;
  /** When the newest version of another device was stored, milliseconds; 0 before one came. */
  readonly storedAtMs: number;
  /** Network time at which its life in the swarm was last extended. */
  readonly renewedAtMs: number;
}

/** A file that loads by itself and is not here yet. */
export interface AwaitedFile {
  readonly messageId: string;
  readonly attachmentId: string;
  /** Attempts that failed for a reason that may pass. */
  readonly attempts: number;
  /** Device time. */
  readonly notBeforeMs: number;
}

export interface OfficialSlotContent {
  /** Network time of the last look. */
  readonly lookedAtMs: number;
  /** Null: there are none. */
  readonly keyId: string | null;
  readonly ignoresKeys: boolean;
}

interface MetaContents {
  profile: ProfileContent;
  /** base64 of the 16-byte account seed, and whether its words are shown no more; sealed with the identity key. */
  identity: { readonly accountSeedBase64: string; readonly phraseHidden?: boolean };
  'send-clock': SendClockContent;
  counters: CountersContent;
  settings: SettingsView;
  /** Null: none is applied. */
  preset: { readonly applied: AppliedPreset | null };
  search: SearchStateContent;
  'config-user-profile': ConfigRowContent;
  'config-contacts': ConfigRowContent;
  'config-convo-info-volatile': ConfigRowContent;
  'config-user-groups': ConfigRowContent;
  /** The place of this device in the device group, and its seeds apart from it; sealed with the identity key. */
  'hfs-self': { readonly state: string; readonly seeds: readonly SealedSecret[] };
  /** What the account announced last; sealed with the identity key. */
  'hfs-published': { readonly text: string };
  /** What stands in the slot of an official app: the name of its keys in hex, and that the person goes on beside them. */
  'hfs-official': OfficialSlotContent;
  /** The account's devices, for screens. */
  devices: DevicesContent;
  /** What is known of messages that no key opens. */
  held: HeldState;
  'awaited-files': { readonly files: readonly AwaitedFile[] };
  /** Guards, verified pool and strikes, as the onion floor hands them over. */
  onion: { readonly snapshot: unknown };
  /** The network's description as the site gave it last. */
  network: { readonly descriptor: unknown };
}

export type MetaName = keyof MetaContents;

/** A value and the row it came from; null when it was never saved. */
export async function loadMeta<Name extends MetaName>(
  store: ProfileStore,
  name: Name
): Promise<{ row: MetaRow; content: MetaContents[Name] } | null> {
  const row = await reading(() => store.db.meta.get(name));
  return row ? { row, content: await openRow<MetaContents[Name]>(store, 'meta', row) } : null;
}

/** The change that replaces a value, given what was loaded before. */
export async function metaChange<Name extends MetaName>(
  store: ProfileStore,
  name: Name,
  loaded: { row: MetaRow } | null,
  content: MetaContents[Name]
): Promise<Partial<ChangeSet>> {
  const row = await sealRow(store, 'meta', name, loaded?.row, {}, content);
  return {
    expect: [{ table: 'meta', id: name, rev: loaded?.row.rev ?? null }],
    put: [{ table: 'meta', row }]
  };
}

/**
 * Replaces a value by what `update` makes of the stored one.
 * @param update null when nothing is to change
 */
export function updateMeta<Name extends MetaName>(
  store: ProfileStore,
  name: Name,
  by: ChangeSet['by'],
  update: (current: MetaContents[Name] | null) => MetaContents[Name] | null
): Promise<void> {
  return commitBuilt(store, async () => {
    const loaded = await loadMeta(store, name);
    const next = update(loaded?.content ?? null);
    if (next === null) return { changes: null, result: undefined };
    const change = await metaChange(store, name, loaded, next);
    return { changes: { name: `meta ${name}`, by, ...change }, result: undefined };
  });
}

/** Makes this context the engine: from now on every other one's writes as engine fail with `deposed`. */
export async function raiseEpoch(store: ProfileStore): Promise<number> {
  try {
    const epoch = await store.db.transaction('rw', ['epoch'], async () => {
      const value = ((await store.db.epoch.get('engine'))?.value ?? 0) + 1;
      await store.db.epoch.put({ id: 'engine', value });
      return value;
    });
    store.engine.epoch = epoch;
    // Another engine may have added to it since.
    store.engine.seen = null;
    return epoch;
  } catch (error) {
    throw wrapStorageError(error);
  }
}
