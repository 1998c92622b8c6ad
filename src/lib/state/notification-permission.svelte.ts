// What the browser lets this page notify, as state: the person may change it outside the page at any time.

export type Permission = NotificationPermission | 'unsupported';

export interface PermissionState {
  readonly current: Permission;
  /** Asks the person through the browser; only after they pressed something. */
  ask(): Promise<Permission>;
  stop(): void;
}

export function createPermissionState(page: Window & typeof globalThis): PermissionState {
  const read = (): Permission => ('Notification' in page ? page.Notification.permission : 'unsupported');
  let current = $state<Permission>(read());
  const follow = () => {
    current = read();
  };
  page.addEventListener('focus', follow);
  return {
    get current() {
      return current;
    },
    async ask() {
      if (current !== 'unsupported') await page.Notification.requestPermission();
      follow();
      return current;
    },
    stop: () => page.removeEventListener('focus', follow)
  };
}
