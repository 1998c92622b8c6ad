// The profiles of this browser as screens show them, each with its picture as an address that ends with the screen.
import { getContext, setContext } from 'svelte';
import type { ProfileSummary } from '../worker/protocol.ts';
import type { Session } from './session.svelte.ts';

export interface ListedProfile {
  readonly profileId: string;
  /** Null: it cannot be opened, for the reason `code`. */
  readonly opened: (NonNullable<ProfileSummary['opened']> & { readonly pictureUrl: string | null }) | null;
  readonly code: string | null;
}

export interface Profiles {
  /** Undefined until they were read. */
  readonly all: readonly ListedProfile[] | undefined;
  /** Reads them again. */
  load(): Promise<void>;
  stop(): void;
}

const KEY = Symbol('profiles');

export function createProfiles(call: Session['call']): Profiles {
  let all = $state.raw<readonly ListedProfile[] | undefined>(undefined);
  let stopped = false;

  const forget = () => {
    for (const { opened } of all ?? []) if (opened?.pictureUrl) URL.revokeObjectURL(opened.pictureUrl);
  };

  return {
    get all() {
      return all;
    },
    async load() {
      const found = await call('profiles.list', {});
      if (stopped) return;
      forget();
      all = found.map(({ profileId, opened, code }) => ({
        profileId,
        opened: opened && { ...opened, pictureUrl: opened.picture && URL.createObjectURL(opened.picture) },
        code
      }));
    },
    stop() {
      stopped = true;
      forget();
      all = undefined;
    }
  };
}

export function provideProfiles(profiles: Profiles): Profiles {
  return setContext(KEY, profiles);
}

export function useProfiles(): Profiles {
  return getContext<Profiles>(KEY);
}
