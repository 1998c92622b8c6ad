// What axe finds on the page as it stands, in one dress and, for colours, in others; collected over a tour.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ACCENTS, type Accent, type PaintedTheme } from '../../src/lib/state/appearance.ts';
import { shownClasses } from './seen-components.ts';

/** One line a violation: rule, how many elements, the first of them. */
export async function violations(page: Page): Promise<string[]> {
  // The app has no frames, so axe need not open a second page to put the parts of its result together.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations: found } = await axe.analyze();
  return found.map(({ id, help, nodes }) => {
    const first = nodes[0];
    return `${id} (${nodes.length}): ${help}; ${first?.target.join(' ')} ${first?.any[0]?.message ?? ''}`;
  });
}

/** As painted on the root element. */
export interface Dressed {
  readonly theme: PaintedTheme;
  readonly accent: Accent;
}

/** What is used of the library once it stands in the page. */
interface AxeInPage {
  run(
    where: Document,
    options: { runOnly: string[]; resultTypes: string[] }
  ): Promise<{ violations: { id: string; nodes: { target: string[]; any: { message: string }[] }[] }[] }>;
}

/** Everything else that axe looks at is the same in every dress. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * What is wrong with colours alone in other dresses, all on the screen as it stands. `violations` goes first: it brings axe.
 */
export function colourFaults(page: Page, dresses: readonly Dressed[]): Promise<string[]> {
  return page.evaluate(
    async ([all, rules]) => {
      const { axe } = window as unknown as { axe: AxeInPage };
      const root = document.documentElement;
      const before = { ...root.dataset };
      const found: string[] = [];
      for (const { theme, accent } of all) {
        Object.assign(root.dataset, { theme, accent });
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        const { violations } = await axe.run(document, { runOnly: [...rules], resultTypes: ['violations'] });
        for (const { id, nodes } of violations) {
          const first = nodes[0];
          const place = `${first?.target.join(' ') ?? ''} ${first?.any[0]?.message ?? ''}`;
          found.push(`${theme}, ${accent}: ${id} (${nodes.length}): ${place}`);
        }
      }
      Object.assign(root.dataset, before);
      return found;
    },
    [dresses, COLOUR_RULES] as const
  );
}

/** A step that nobody sees as one. */
const SHORT_MS = 50;

/** What moves at this moment, by its name and element. */
function motions(page: Page): Promise<string[]> {
  return page.evaluate((shortMs) => {
    const lasting = document.getAnimations().filter((animation) => {
      const { duration } = animation.effect?.getTiming() ?? {};
      return animation.playState === 'running' && typeof duration === 'number' && duration > shortMs;
    });
    return lasting.map(({ effect, id }) => {
      const target = effect instanceof KeyframeEffect ? effect.target : null;
      return `${id} ${target?.className ?? ''}`;
    });
  }, SHORT_MS);
}

/**
 * Collects over a whole tour, so that one run names everything.
 * @param dresses in which the colours are looked at too
 */
export function collector(page: Page, dresses: readonly Dressed[] = []) {
  const found: string[] = [];
  const looks: string[] = [];
  const classes = new Set<string>();
  return {
    found,
    looks,
    classes,
    async look(name: string) {
      looks.push(name);
      for (const shown of await shownClasses(page)) classes.add(shown);
      for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
      for (const fault of await colourFaults(page, dresses)) found.push(`${name}: ${fault}`);
      // Every tour of axe is made with motion reduced (ux.md §7).
      for (const motion of await motions(page)) found.push(`${name}: moves ${motion}`);
    }
  };
}

const OTHER_THEMES = ['dark', 'ocean-light', 'ocean-dark', 'contrast-light', 'contrast-dark'] as const;
export const THEMES = OTHER_THEMES.map((theme): Dressed => ({ theme, accent: 'airmail' }));
export const IN_ACCENTS = (['light', 'dark'] as const).flatMap((theme) =>
  ACCENTS.map((accent): Dressed => ({ theme, accent }))
);
