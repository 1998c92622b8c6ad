// Lucide's icons are data and one component that draws any icon in any way; each of them costs as much as a small screen. Here that
// component is a smaller one of our own.
import { fileURLToPath } from 'node:url';

const OWN = fileURLToPath(new URL('../../src/lib/components/ui/Icon.svelte', import.meta.url));

export function lightIcons() {
  return {
    name: 'onionskin-light-icons',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} source @param {string | undefined} importer */
    resolveId(source, importer) {
      const isIcon = importer?.includes('/@lucide/svelte/dist/icons/') && source.endsWith('/Icon.svelte');
      return isIcon ? OWN : null;
    }
  };
}
