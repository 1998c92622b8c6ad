// Servers that listen on a port that was theirs before, or on any free one, and close for good.
import type { Server } from 'node:net';
import type { Server as HttpServer } from 'node:http';
import { LocalnetError, systemErrorCode } from './errors.ts';

function listenOnce(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

/**
 * @param wantedPort 0 for any; a port that is taken meanwhile is replaced by a free one
 * @returns the port
 * @throws LocalnetError `address-unavailable`
 */
export async function listen(server: Server, host: string, wantedPort: number): Promise<number> {
  try {
    return await listenOnce(server, host, wantedPort);
  } catch (cause) {
    if (wantedPort !== 0 && systemErrorCode(cause) === 'EADDRINUSE') return listen(server, host, 0);
    const reason = systemErrorCode(cause) ?? 'unknown';
    throw new LocalnetError('address-unavailable', { cause, details: { address: host, reason } });
  }
}

/** Stops a server and cuts its connections. */
export function closeServer(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
