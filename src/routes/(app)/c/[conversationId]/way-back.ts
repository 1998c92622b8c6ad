// Back from a conversation to the list it was opened from, as the browser's own Back would go (ux.md §3).
import { afterNavigate, goto } from '$app/navigation';
import type { ResolvedPathname } from '$app/types';

/** To be called while a component is made. @returns what a press on the link back does */
export function createWayBack(listHref: () => ResolvedPathname): (event: MouseEvent) => void {
  let cameFromList = false;
  afterNavigate(({ from, type }) => {
    const route = from?.route.id;
    cameFromList = type === 'link' && (route === '/(app)/chats' || route === '/(app)/requests');
  });
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (cameFromList) history.back();
    else void goto(listHref(), { replaceState: true });
  };
}
