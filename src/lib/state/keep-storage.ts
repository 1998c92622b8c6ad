// Asks the browser to keep what this site stores, once there is something worth keeping (ux.md §4.1).

/** Whether the storage is kept now; false as well where the browser cannot say. */
export async function keepStorage(navigator: Navigator): Promise<boolean> {
  const storage = navigator.storage as StorageManager | undefined;
  try {
    if (await storage?.persisted()) return true;
    return (await storage?.persist()) ?? false;
  } catch {
    return false;
  }
}
