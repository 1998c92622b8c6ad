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

const ASKED_KEY = 'onionskin.asked-to-keep';
/** Some browsers ask the person each time; whoever said no is left alone for long. */
const ASK_AGAIN_MS = 30 * 86_400_000;

/**
 * As `keepStorage`, at most once a month.
 * @param memory where it is remembered; may throw where storage is switched off
 * @param nowMs device time
 * @returns whether the browser was asked
 */
export async function keepStorageOnce(
  browser: Browser,
  memory: () => Storage,
  nowMs: number
): Promise<boolean> {
  try {
    const askedMs = Number(memory().getItem(ASKED_KEY) ?? Number.NaN);
    if (Math.abs(nowMs - askedMs) < ASK_AGAIN_MS) return false;
    memory().setItem(ASKED_KEY, String(nowMs));
  } catch {
    return false;
  }
  await keepStorage(browser);
  return true;
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
