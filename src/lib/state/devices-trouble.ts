// Whether the account's keys could not be published for so long that the person is to know (v2-forward-secrecy-and-pq.md §15.4). Pure.
import type { DevicesView } from '../storage/device-views.ts';

const TOLD_AFTER_MS = 24 * 60 * 60 * 1000;

export function isUnpublished(
  view: Pick<DevicesView, 'unpublishedSinceMs'> | null | undefined,
  nowMs: number
): boolean {
  const sinceMs = view?.unpublishedSinceMs ?? null;
  return sinceMs !== null && nowMs - sinceMs > TOLD_AFTER_MS;
}
