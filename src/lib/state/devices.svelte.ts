// The account's devices as screens follow them, and what a person can ask of them.
import { getContext, setContext } from 'svelte';
import type { DevicesView } from '../storage/device-views.ts';
import { loadDevices } from '../storage/queries-devices.ts';
import type { DeviceOrder } from '../worker/protocol.ts';
import { createLive } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';
import type { Session } from './session.svelte.ts';

export interface DevicesState {
  /** Undefined until it was read; null before this device has looked for the others. */
  readonly current: DevicesView | null | undefined;
  /** What comes of it is seen in `current`. */
  order(order: DeviceOrder): Promise<void>;
  stop(): void;
}

const KEY = Symbol('devices');

export function createDevicesState(
  { db, rowKey }: Pick<ProfileState, 'db' | 'rowKey'>,
  call: Session['call']
): DevicesState {
  const live = createLive(() => loadDevices(db, rowKey));
  return {
    get current() {
      return live.current;
    },
    order: (order) => call('devices.order', order),
    stop: () => live.stop()
  };
}

export function provideDevices(devices: DevicesState): DevicesState {
  return setContext(KEY, devices);
}

export function useDevices(): DevicesState {
  return getContext<DevicesState>(KEY);
}
