// The face of the messenger floor.
export { createEngine, type Engine, type EngineDependencies, type EngineStatus } from './engine.ts';
export { createMessenger, type Messenger, type MessengerDependencies } from './messenger.ts';
export { parseNetworkFile } from './network-descriptor.ts';
export { createSealedOnionStore } from './onion-store.ts';
export { runWakeUp, type Arrived, type WakeUpDependencies } from './wake-up.ts';
export { MessengerError, type MessengerErrorCode } from './errors.ts';
export type { MessengerEvent } from './events.ts';
export type { TabActivity } from './activity.ts';
export type { Channel, Locks, NetworkFloors, OnionPort, SwarmPort } from './ports.ts';
