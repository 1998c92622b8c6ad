// What a person can ask of the device group; carried to the tab that leads.

export type DeviceOrder =
  /** Asks the group to take this device in; also again. */
  | { readonly action: 'link' }
  /** The symbols here are those on the other device. */
  | { readonly action: 'confirm-link' }
  | { readonly action: 'cancel-link' }
  /** Takes in a device whose symbols were compared. */
  | { readonly action: 'accept'; readonly requestId: string }
  | { readonly action: 'refuse'; readonly requestId: string }
  /** @property deviceId hex */
  | { readonly action: 'remove'; readonly deviceId: string }
  /** This device leaves the group. */
  | { readonly action: 'leave' }
  /** Founds a new group of this device alone. */
  | { readonly action: 'start-fresh' }
  /** Foreign keys in our slot: ours are published again. */
  | { readonly action: 'take-back' }
  /** This account takes forward-secret messages no more; where keys are foreign, this device alone. */
  | { readonly action: 'turn-off' }
  | { readonly action: 'ignore-other-app' }
  /** Our keys are published beside those of an official app. */
  | { readonly action: 'ignore-official-app' }
  /** Contacts are asked to send again what no key here opens. */
  | { readonly action: 'ask-resend' };

const MAX_ID = 128;
const PLAIN = new Set([
  'link',
  'confirm-link',
  'cancel-link',
  'leave',
  'start-fresh',
  'take-back',
  'turn-off',
  'ignore-other-app',
  'ignore-official-app',
  'ask-resend'
]);
const WITH_REQUEST = new Set(['accept', 'refuse']);

/** Whether something another tab said is an order; tabs may be of different versions. */
export function isDeviceOrder(value: unknown): value is DeviceOrder {
  if (typeof value !== 'object' || value === null || !('action' in value)) return false;
  const { action } = value;
  if (typeof action !== 'string') return false;
  if (PLAIN.has(action)) return true;
  const id = (value as Record<string, unknown>)[WITH_REQUEST.has(action) ? 'requestId' : 'deviceId'];
  return (WITH_REQUEST.has(action) || action === 'remove') && typeof id === 'string' && id.length <= MAX_ID;
}
