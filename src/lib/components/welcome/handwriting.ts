// The letter that shows through the welcome sheet: lines of joined-up strokes that say nothing. Drawn from a fixed
// seed, so that the prerendered markup and the running page hold the very same path.

/** Width and height of the written area, in the units of the path. */
export const LETTER = { width: 404, height: 480 } as const;

const LINE_COUNT = 17;
const LINE_STEP = 28;
/** Lines left blank, as between paragraphs; the line before ends early, as some others do. */
const BLANK_LINES = new Set([5]);
const SHORT_LINES = new Set([4, 12]);

/** Relative strokes and how far each moves the pen. */
const LOW = [
  { path: 'c-1.5-5 5-7 10-4.5 4 1 7 3 6 5.5', width: 16 },
  { path: 'c-1-6 6-7.5 11-5 4 1 6 3.5 6 6', width: 17 }
] as const;
const TALL = [
  { path: 'c-3-14 3-20 8-12 4 5 7 12 9 13', width: 17 },
  { path: 'c-2-15 4-19 8-11 4 5 6 11 8 12', width: 16 }
] as const;
const JOIN = { path: 'c-2 1-3-1-1-2.5q0 1 .5 1.5', width: -0.5 } as const;
const CURL = { path: 'c1 4 9 6 11 1.5 1-2.5-1-4-2.5-3', width: 10 } as const;

/** A small linear congruential generator: the same numbers on every run. */
function createNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function word(next: () => number, limit: number): { path: string; width: number } {
  const letters = 2 + Math.floor(next() * 5);
  let path = '';
  let width = 0;
  let wasTall = false;
  for (let index = 0; index < letters && width < limit; index += 1) {
    wasTall = !wasTall && next() < 0.22;
    const stroke = (wasTall ? TALL : LOW)[next() < 0.5 ? 0 : 1];
    const join = index < letters - 1 ? JOIN : { path: '', width: 0 };
    path += stroke.path + join.path;
    width += stroke.width + join.width;
  }
  if (next() >= 0.25) return { path, width };
  return { path: path + CURL.path, width: width + CURL.width };
}

/** SVG path data of one written page. @param seed another number writes another letter */
export function handwriting(seed: number): string {
  const next = createNumbers(seed);
  let path = '';
  for (let line = 0; line < LINE_COUNT; line += 1) {
    if (BLANK_LINES.has(line)) continue;
    let x = Math.round(next() * 8);
    const end = SHORT_LINES.has(line) ? LETTER.width * (0.45 + next() * 0.2) : LETTER.width - next() * 22;
    while (x < end - 20) {
      const written = word(next, end - x);
      path += `M${x} ${22 + line * LINE_STEP}${written.path}`;
      x = Math.round(x + written.width + 9 + next() * 6);
    }
  }
  return path;
}
