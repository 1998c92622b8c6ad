// A TCP relay in front of a server that keeps every byte in both directions: what a party on that wire can see.
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface RecordingProxy {
  readonly port: number;
  /** Everything clients sent so far. */
  sent(): Buffer;
  /** Everything the server answered so far. */
  answered(): Buffer;
  close(): Promise<void>;
}

/**
 * Relays 127.0.0.1:`listenPort` to `targetHost:targetPort`.
 * @param listenPort 0 picks a free one
 */
export async function createRecordingProxy(options: {
  targetHost: string;
  targetPort: number;
  listenPort?: number;
}): Promise<RecordingProxy> {
  const sent: Buffer[] = [];
  const answered: Buffer[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A reset by either side is the end of that connection, nothing more.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    const upstream = connect(options.targetPort, options.targetHost);
    keep(client);
    keep(upstream);
    client.on('data', (chunk) => sent.push(chunk));
    upstream.on('data', (chunk) => answered.push(chunk));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.listenPort ?? 0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => Buffer.concat(sent),
    answered: () => Buffer.concat(answered),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      })
  };
}
