// What works, as the tests of a release said: a file of the build, where the release made one (scripts/capabilities.mjs).
import { asset } from '$app/paths';

export interface CapabilityGroup {
  readonly name: string;
  readonly passed: number;
  /** Names, in order. */
  readonly failed: readonly string[];
  /** Names of those that tell a story, in order; the others are only counted. */
  readonly tests: readonly string[];
}

export interface Capabilities {
  /** Of the build whose sources were tested. */
  readonly version: string;
  /** 2026-06-17 */
  readonly date: string;
  readonly groups: readonly CapabilityGroup[];
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** @returns null for what has another shape */
export function readCapabilities(value: unknown): Capabilities | null {
  if (typeof value !== 'object' || value === null) return null;
  const { version, date, groups } = value as Partial<Record<keyof Capabilities, unknown>>;
  if (typeof version !== 'string' || typeof date !== 'string' || Number.isNaN(Date.parse(date))) return null;
  if (!Array.isArray(groups)) return null;
  const isGroup = (group: Partial<Record<keyof CapabilityGroup, unknown>> | null) =>
    typeof group?.name === 'string' &&
    typeof group.passed === 'number' &&
    isTexts(group.failed) &&
    isTexts(group.tests);
  return groups.every(isGroup) ? { version, date, groups: groups as CapabilityGroup[] } : null;
}

/** @returns null where the release made none */
export async function loadCapabilities(fetch = globalThis.fetch): Promise<Capabilities | null> {
  try {
    const response = await fetch(asset('/capabilities.json'));
    // A static host answers its start page for what it does not have.
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return response.ok && isJson ? readCapabilities(await response.json()) : null;
  } catch {
    return null;
  }
}
