// The ages files can be cleared by, days; 0: whatever their age.
export const CLEAR_AGES = [365, 90, 30, 7, 0] as const;
export type ClearAge = (typeof CLEAR_AGES)[number];
