// The choices of how long files of a chat stay, as screens name them.
import { KEEP_MEDIA_DAYS } from '../storage/media-rules.ts';

export const KEEP_RULES = ['always', 365, 90, 30] as const;
export type KeepRule = (typeof KEEP_RULES)[number];

/** The rule that days stand for; files stay where they stand for none. */
export function keepRule(days: number | null): KeepRule {
  return KEEP_RULES.find((rule) => rule === days) ?? 'always';
}

/** Null: files stay. */
export function ruleDays(rule: KeepRule): number | null {
  return rule !== 'always' && KEEP_MEDIA_DAYS.includes(rule) ? rule : null;
}
