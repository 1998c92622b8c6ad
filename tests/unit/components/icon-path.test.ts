import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { iconPath, type IconShape } from '../../../src/lib/components/ui/icon-path.ts';

const ROOT = join(import.meta.dirname, '../../..');
const ICONS = join(ROOT, 'node_modules/@lucide/svelte/dist/icons');

/** Names of all icons that components import. */
function importedIcons(): string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const components = files.filter((file) => file.endsWith('.svelte'));
  const names = components.flatMap((file) =>
    [...readFileSync(join(ROOT, 'src', file), 'utf8').matchAll(/@lucide\/svelte\/icons\/([\w-]+)/g)].map(
      ([, name]) => name as string
    )
  );
  return [...new Set(names)];
}

/** The shapes of an icon, out of the source of its component. */
function shapesOf(name: string): IconShape[] {
  const script = readFileSync(join(ICONS, `${name}.js`), 'utf8');
  const component = /"\.\/([\w-]+\.svelte)"/.exec(script)?.[1] as string;
  const [, data = ''] = /const iconData = (\{.*\});/.exec(readFileSync(join(ICONS, component), 'utf8')) ?? [];
  return (JSON.parse(data) as { node: IconShape[] }).node;
}

describe('the path of an icon', () => {
  it('draws circles, boxes and lines where their elements would', () => {
    expect(iconPath([['circle', { cx: '12', cy: '12', r: '10' }]])).toBe(
      'M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0z'
    );
    expect(iconPath([['rect', { x: '3', y: '4', width: '18', height: '16', rx: '2' }]])).toBe(
      'M5 4h14a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-12a2 2 0 0 1 2 -2z'
    );
    expect(iconPath([['line', { x1: '8', x2: '16', y1: '12', y2: '12' }]])).toBe('M8 12L16 12');
  });

  it('begins each path where it stands, and not where the one before ended', () => {
    expect(
      iconPath([
        ['path', { d: 'M12 6v6' }],
        ['path', { d: 'm5 5 2 2' }]
      ])
    ).toBe('M12 6v6M0 0m5 5 2 2');
  });

  it('is known for every icon of the app, and for no other element', () => {
    const names = importedIcons();
    expect(names.length).toBeGreaterThan(60);
    for (const name of names) expect(iconPath(shapesOf(name)), name).toMatch(/^M/);
    expect(() => iconPath([['text', {}]])).toThrow(RangeError);
  });
});
