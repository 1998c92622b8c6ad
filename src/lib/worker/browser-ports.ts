// Browser forms of what the messenger is given: Web Locks, BroadcastChannel, the site's network file.
import { AppError } from '../errors.ts';
import { parseNetworkFile, type Channel, type Locks } from '../messenger/index.ts';
import type { NetworkDescriptor } from '../networks.ts';

/** Web Locks; a stolen or aborted request rejects with an AbortError, as `Locks` demands. */
export function createBrowserLocks(manager: LockManager): Locks {
  return {
    async request(name, options, callback) {
      await manager.request(name, options, (lock) => callback(lock !== null));
    }
  };
}

/** A BroadcastChannel. Messages that do not clone on the other side are dropped. */
export function openBrowserChannel(name: string): Channel {
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    onMessage(callback) {
      const listener = (event: MessageEvent) => callback(event.data);
      channel.addEventListener('message', listener);
      return () => channel.removeEventListener('message', listener);
    },
    close: () => channel.close()
  };
}

const NETWORK_FILE = '/network.json';
const NETWORK_FILE_TIMEOUT_MS = 5_000;

/**
 * Which network this site belongs to (design.md §3.1): what its network file says, else the build's own.
 * @returns null when the site cannot be reached or answers with a fault of its own
 */
export async function fetchSiteNetwork(
  fetch: typeof globalThis.fetch,
  buildNetwork: NetworkDescriptor
): Promise<NetworkDescriptor | null> {
  let response: Response;
  try {
    const signal = AbortSignal.timeout(NETWORK_FILE_TIMEOUT_MS);
    response = await fetch(NETWORK_FILE, { cache: 'no-store', signal });
    if (response.status >= 500) return null;
    if (!response.ok) return buildNetwork;
    return parseNetworkFile(await response.text()) ?? buildNetwork;
  } catch {
    return null;
  }
}

/** Where slot files live: a dedicated worker's file system where it has in-place writes. */
export function hasInPlaceFiles(scope: { FileSystemFileHandle?: { prototype: object } }): boolean {
  return (
    scope.FileSystemFileHandle !== undefined &&
    'createSyncAccessHandle' in scope.FileSystemFileHandle.prototype
  );
}

/** @throws AppError `unsupported-browser` with the name of what is missing */
export function requireFeature<Feature>(name: string, feature: Feature | undefined): Feature {
  if (feature === undefined) throw new AppError('unsupported-browser', { details: { missing: name } });
  return feature;
}
