// What a person chose about the looks. Nothing in it is private, so it stands in localStorage, where the page can
// read it before it paints; `static/before-paint.js` reads the same entry.

export const THEMES = ['system', 'light', 'dark', 'ocean-light', 'ocean-dark', 'contrast'] as const;
export const ACCENTS = ['airmail', 'lagoon', 'moss', 'ochre', 'iris', 'plum', 'graphite'] as const;
export const DENSITIES = ['comfortable', 'compact'] as const;

export type Theme = (typeof THEMES)[number];
export type Accent = (typeof ACCENTS)[number];
export type Density = (typeof DENSITIES)[number];

export interface Appearance {
  readonly theme: Theme;
  readonly accent: Accent;
  /** Text size, per cent of the usual one. */
  readonly textSize: number;
  readonly density: Density;
  /** Enter sends and Shift+Enter breaks the line; false swaps them. */
  readonly enterSends: boolean;
}

export const TEXT_SIZE = { min: 85, max: 150, step: 5 } as const;

export const DEFAULT_APPEARANCE: Appearance = {
  theme: 'system',
  accent: 'airmail',
  textSize: 100,
  density: 'comfortable',
  enterSends: true
};

export const APPEARANCE_KEY = 'onionskin.appearance';

/** A stored choice; whatever is missing or unknown in it takes its default. */
export function parseAppearance(stored: string | null): Appearance {
  const raw = parseObject(stored);
  return {
    theme: oneOf(THEMES, raw['theme'], DEFAULT_APPEARANCE.theme),
    accent: oneOf(ACCENTS, raw['accent'], DEFAULT_APPEARANCE.accent),
    textSize: clampTextSize(raw['textSize']),
    density: oneOf(DENSITIES, raw['density'], DEFAULT_APPEARANCE.density),
    enterSends: typeof raw['enterSends'] === 'boolean' ? raw['enterSends'] : DEFAULT_APPEARANCE.enterSends
  };
}

function parseObject(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, otherwise: T): T {
  return allowed.find((entry) => entry === value) ?? otherwise;
}

function clampTextSize(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return DEFAULT_APPEARANCE.textSize;
  const stepped = Math.round(value / TEXT_SIZE.step) * TEXT_SIZE.step;
  return Math.min(TEXT_SIZE.max, Math.max(TEXT_SIZE.min, stepped));
}

/** A theme as it is painted. */
export type PaintedTheme = Exclude<Theme, 'system' | 'contrast'> | 'contrast-light' | 'contrast-dark';

/** The theme to paint for a choice, on a system that is set to dark or to more contrast. */
export function resolveTheme(
  theme: Theme,
  system: { readonly dark: boolean; readonly moreContrast: boolean }
): PaintedTheme {
  const shade = system.dark ? 'dark' : 'light';
  if (theme === 'contrast') return `contrast-${shade}`;
  if (theme !== 'system') return theme;
  return system.moreContrast ? `contrast-${shade}` : shade;
}
