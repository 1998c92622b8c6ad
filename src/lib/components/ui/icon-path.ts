// The shapes of an icon as one path: drawn with the same stroke they look the same, and a page full of icons has a third of the
// elements and none of their effects.

/** A shape of Lucide's icons: its element and attributes. */
export type IconShape = readonly [element: string, attributes: Readonly<Record<string, string | number>>];

/** Icons are drawn in a square of this edge. */
export const ICON_EDGE = 24;

/**
 * @returns the `d` of a path that draws all shapes
 * @throws RangeError for an element that is none of those Lucide uses for icons of this app
 */
export function iconPath(shapes: readonly IconShape[]): string {
  return shapes.map(([element, attributes]) => shapePath(element, attributes)).join('');
}

function shapePath(element: string, attributes: IconShape[1]): string {
  const number = (name: string) => Number(attributes[name] ?? 0);
  switch (element) {
    case 'path':
      // A small `m` begins where what went before ended; on its own that is the corner.
      return String(attributes['d']).replace(/^m/, 'M0 0m');
    case 'line':
      return `M${number('x1')} ${number('y1')}L${number('x2')} ${number('y2')}`;
    case 'circle':
      return circle(number('cx'), number('cy'), number('r'));
    case 'rect':
      return rectangle(number('x'), number('y'), number('width'), number('height'), number('rx'));
    default:
      throw new RangeError(`no path for ${element}`);
  }
}

function circle(x: number, y: number, radius: number): string {
  const half = `a${radius} ${radius} 0 1 0`;
  return `M${x - radius} ${y}${half} ${2 * radius} 0${half} ${-2 * radius} 0z`;
}

function rectangle(x: number, y: number, width: number, height: number, radius: number): string {
  const corner = (dx: number, dy: number) => `a${radius} ${radius} 0 0 1 ${dx} ${dy}`;
  return (
    `M${x + radius} ${y}h${width - 2 * radius}${corner(radius, radius)}v${height - 2 * radius}${corner(-radius, radius)}` +
    `h${2 * radius - width}${corner(-radius, -radius)}v${2 * radius - height}${corner(radius, -radius)}z`
  );
}
