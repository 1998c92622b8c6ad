// What the browser allows this site, and whether it keeps what is stored: it is asked to once there is something worth
// keeping (ux.md §4.1).

export interface Allowance {
  /** Bytes as the browser counts them, the app itself included; null where it does not say. */
  readonly used: number | null;
  readonly allowed: number | null;
  /** Not removed when the device runs short of room. */
  readonly kept: boolean;
}

const UNKNOWN: Allowance = { used: null, allowed: null, kept: false };

type Browser = Pick<Navigator, 'storage'>;

/** Whether the storage is kept now; false as well where the browser cannot say. */
export async function keepStorage(browser: Browser): Promise<boolean> {
  const storage = browser.storage as StorageManager | undefined;
  try {
    if (await storage?.persisted()) return true;
    return (await storage?.persist()) ?? false;
  } catch {
    return false;
  }
}

/** How things stand; asks nobody for anything. */
export async function readAllowance(browser: Browser): Promise<Allowance> {
  const storage = browser.storage as StorageManager | undefined;
  if (!storage) return UNKNOWN;
  const [estimate, kept] = await Promise.all([
    storage.estimate().catch((): StorageEstimate => ({})),
    storage.persisted().catch(() => false)
  ]);
  return { used: estimate.usage ?? null, allowed: estimate.quota ?? null, kept };
}
