// The tokens file against the numbers of the look: contrast of every pair that carries text, in every theme and accent.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const CSS = readFileSync(join(import.meta.dirname, '../../../src/styles/tokens.css'), 'utf8');
const THEMES = ['light', 'dark', 'ocean-light', 'ocean-dark', 'contrast-light', 'contrast-dark'] as const;
const ACCENTS = ['airmail', 'lagoon', 'moss', 'ochre', 'iris', 'plum', 'graphite'] as const;

type Theme = (typeof THEMES)[number];
type Accent = (typeof ACCENTS)[number];
type Rgb = readonly [number, number, number];
type Tokens = ReadonlyMap<string, string>;

/** Rules outside of media queries, in order: selector and declarations. */
const RULES = [...CSS.replace(/\/\*[^]*?\*\//g, '').matchAll(/(?<=^|\n)([^{}@\s][^{}@]*)\{([^{}]*)\}/g)].map(
  ([, selector = '', body = '']) => ({
    selector: selector.replace(/\s+/g, ' ').trim(),
    tokens: [...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(
      ([, name = '', value = '']) => [name, value] as const
    )
  })
);

/** Whether a selector of the tokens file holds for the root element with this theme and accent. */
function matches(selector: string, theme: Theme, accent: Accent): boolean {
  return selector.split(/,(?![^(]*\))/).some((part) => {
    const plain = part.replace(/:is\(([^)]*)\)/g, (_all, options: string) =>
      options.includes(`[data-theme='${theme}']`) ? '' : ':never'
    );
    const needed = [...plain.replace(/:not\([^)]*\)/g, '').matchAll(/\[data-(\w+)(\$?=)?'?([\w-]*)'?\]/g)];
    if (
      plain.includes(':never') ||
      (plain.includes(":not([data-accent='airmail'])") && accent === 'airmail')
    ) {
      return false;
    }
    return needed.every(([, name, operator, value = '']) => {
      const actual = name === 'theme' ? theme : name === 'accent' ? accent : '';
      if (operator === undefined) return actual !== '';
      return operator === '$=' ? actual.endsWith(value) : actual === value;
    });
  });
}

function tokensOf(theme: Theme, accent: Accent): Tokens {
  const found = new Map<string, string>();
  // Rules with an accent name two attributes, so they win over those with one.
  const ordered = [...RULES].sort(
    (a, b) => Number(a.selector.includes('data-accent')) - Number(b.selector.includes('data-accent'))
  );
  for (const rule of ordered) {
    if (matches(rule.selector, theme, accent))
      for (const [name, value] of rule.tokens) found.set(name, value);
  }
  return found;
}

function parseHex(hex: string): Rgb {
  const digits = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
  return [1, 3, 5].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as unknown as Rgb;
}

const mix = (top: Rgb, share: number, ground: Rgb): Rgb =>
  top.map((channel, index) => channel * share + (ground[index] ?? 0) * (1 - share)) as unknown as Rgb;

function luminance(color: Rgb): number {
  const [r = 0, g = 0, b = 0] = color.map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function palette(theme: Theme, accent: Accent) {
  const tokens = tokensOf(theme, accent);
  const value = (name: string) => tokens.get(`--${name}`) ?? '';
  const color = (name: string) => parseHex(value(name));
  const share = (name: string) => Number.parseFloat(value(name)) / 100;
  const own = mix(color('wash'), share('layer-2-share'), color('paper'));
  return {
    color,
    own,
    // A screen rounds the bubble before the quote is laid on it.
    quote: mix(color('wash'), share('layer-1-share'), own.map(Math.round) as unknown as Rgb),
    search: mix(color('ink'), share('ink-layer-1-share'), color('desk')),
    mutedBadge: mix(color('ink'), share('ink-layer-2-share'), color('desk')),
    failed: mix(color('danger'), share('danger-layer-share'), color('paper'))
  };
}

const hex = (color: Rgb) =>
  `#${color.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;

describe('the tokens', () => {
  it('give the own bubble and a quote in it the tones of the look', () => {
    const tones = THEMES.map((theme) => {
      const { own, quote } = palette(theme, 'airmail');
      return [hex(own), hex(quote)];
    });
    expect(tones).toEqual([
      ['#dde4f5', '#d0dbf6'],
      ['#243046', '#2d3c59'],
      ['#d2ebf2', '#c3e5ef'],
      ['#183845', '#1e4553'],
      ['#e7eeff', '#d9e4ff'],
      ['#1d212b', '#2b3140']
    ]);
  });

  it('reach the measured ratios of the light theme', () => {
    const { color, own, quote } = palette('light', 'airmail');
    expect(contrast(color('ink'), color('desk'))).toBeCloseTo(14.2, 0);
    expect(contrast(color('ink-2'), own)).toBeCloseTo(5.3, 1);
    expect(contrast(color('accent-text'), quote)).toBeCloseTo(5.5, 1);
  });

  it('keep the accent of high contrast, whatever accent is chosen', () => {
    for (const theme of ['contrast-light', 'contrast-dark'] as const) {
      const accents = ACCENTS.map((accent) => tokensOf(theme, accent).get('--accent'));
      expect(new Set(accents).size).toBe(1);
    }
    expect(new Set(ACCENTS.map((accent) => tokensOf('dark', accent).get('--accent'))).size).toBe(
      ACCENTS.length
    );
  });

  describe.each(THEMES)('in %s', (theme) => {
    it.each(ACCENTS)('make every text readable with %s', (accent) => {
      const { color, own, quote, search, mutedBadge, failed } = palette(theme, accent);
      const grounds = {
        desk: color('desk'),
        paper: color('paper'),
        sheet: color('sheet'),
        raised: color('raised')
      };
      const pairs: [string, Rgb, Rgb, number][] = [
        ['on-accent on accent', color('on-accent'), color('accent'), 4.5],
        ['on-danger on danger', color('on-danger'), color('danger'), 4.5],
        ['danger on failed', color('danger'), failed, 4.5],
        ['ink on failed', color('ink'), failed, 4.5],
        ['ink on own', color('ink'), own, 4.5],
        ['ink-2 on own', color('ink-2'), own, 4.5],
        ['ink-2 on quote', color('ink-2'), quote, 4.5],
        ['accent-text on quote', color('accent-text'), quote, 4.5],
        ['ink-2 on search', color('ink-2'), search, 4.5],
        ['ink-2 on muted badge', color('ink-2'), mutedBadge, 4.5],
        ['ring on own', color('accent'), own, 3]
      ];
      for (const [name, ground] of Object.entries(grounds)) {
        for (const text of ['ink', 'ink-2', 'accent-text', 'danger']) {
          pairs.push([`${text} on ${name}`, color(text), ground, 4.5]);
        }
        pairs.push(
          [`edge on ${name}`, color('edge'), ground, 3],
          [`ring on ${name}`, color('accent'), ground, 3]
        );
      }
      const weak = pairs
        .map(([name, a, b, least]) => ({ name, ratio: contrast(a, b), least }))
        .filter(({ ratio, least }) => !(ratio >= least));
      expect(weak).toEqual([]);
    });

    it('make the initials of all twelve avatars readable', () => {
      const { color } = palette(theme, 'airmail');
      for (let index = 0; index < 12; index += 1) {
        expect(contrast(color(`avatar-${index}`), color(`avatar-${index}-ink`))).toBeGreaterThan(6.5);
      }
    });
  });
});
