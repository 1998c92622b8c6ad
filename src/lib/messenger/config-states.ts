// The documents of the account between sealed rows and states of the config floor: opened once, written when they changed.
import { base64ToBytes, bytesToBase64 } from '../bytes/index.ts';
import {
  CONFIG_KIND_ORDER,
  decodeConfigState,
  encodeConfigState,
  type ConfigKind,
  type ConfigState
} from '../config/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ConfigRowContent, ConfigRowName } from '../storage/index.ts';

export const CONFIG_ROW_OF: Readonly<Record<ConfigKind, ConfigRowName>> = {
  'user-profile': 'config-user-profile',
  contacts: 'config-contacts',
  'convo-info-volatile': 'config-convo-info-volatile',
  'user-groups': 'config-user-groups'
};
export const CONFIG_ROW_NAMES = CONFIG_KIND_ORDER.map((kind) => CONFIG_ROW_OF[kind]);

export type ConfigRows = ReadonlyMap<ConfigRowName, ConfigRowContent>;

export interface ConfigStates {
  /** Those that are stored and can be read, in the order in which they are applied. */
  all(rows: ConfigRows): Generator<[ConfigKind, ConfigState, ConfigRowContent]>;
  /** Whether what is stored here cannot be read: it is left alone, and its kind with it (config-sync.md §7.11). */
  isBroken(kind: ConfigKind): boolean;
  /** The row that holds a state; `before` itself where nothing changed. */
  row(kind: ConfigKind, state: ConfigState, before: ConfigRowContent | undefined): ConfigRowContent;
}

export function createConfigStates(log: Log): ConfigStates {
  const decoded = new Map<ConfigKind, { base64: string; state: ConfigState }>();
  const broken = new Set<ConfigKind>();

  function stateOf(kind: ConfigKind, { stateBase64: base64 }: ConfigRowContent): ConfigState | null {
    const known = decoded.get(kind);
    if (known?.base64 === base64) return known.state;
    try {
      const state = decodeConfigState(base64ToBytes(base64));
      decoded.set(kind, { base64, state });
      return state;
    } catch (error) {
      if (!broken.has(kind)) log.error('config-state-unreadable', { kind, code: errorCode(error) });
      broken.add(kind);
      return null;
    }
  }

  return {
    *all(rows) {
      for (const kind of CONFIG_KIND_ORDER) {
        const row = rows.get(CONFIG_ROW_OF[kind]);
        const state = row && stateOf(kind, row);
        if (row && state) yield [kind, state, row];
      }
    },
    isBroken: (kind) => broken.has(kind),
    row(kind, state, before) {
      const known = decoded.get(kind);
      if (before && known?.state === state && known.base64 === before.stateBase64) return before;
      const stateBase64 = bytesToBase64(encodeConfigState(state));
      decoded.set(kind, { base64: stateBase64, state });
      if (before?.stateBase64 === stateBase64) return before;
      return { storedAtMs: 0, renewedAtMs: 0, ...before, stateBase64 };
    }
  };
}
