// Tells the engine how the page is used, so that it polls at the right pace (design.md §5).
import type { Session } from './session.svelte.ts';

/** @returns a function that ends the reports */
export function reportActivity(page: Window, call: Session['call']): () => void {
  const { document } = page;
  const report = () => {
    const visible = document.visibilityState === 'visible';
    const activity = { visible, active: visible && document.hasFocus(), online: page.navigator.onLine };
    // A worker that is gone needs no report.
    call('page.activity', activity).catch(() => {});
  };
  const events = ['focus', 'blur', 'online', 'offline', 'pageshow', 'pagehide'] as const;
  for (const event of events) page.addEventListener(event, report);
  document.addEventListener('visibilitychange', report);
  report();
  return () => {
    for (const event of events) page.removeEventListener(event, report);
    document.removeEventListener('visibilitychange', report);
  };
}
