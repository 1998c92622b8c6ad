// The file server of a network, and the name under which its nodes know it.
import { bytesToHex } from '../../src/lib/bytes/index.ts';
import type { FileServer as FileServerAddress } from '../../src/lib/networks.ts';
import { keysOf } from '../node-set.ts';
import type { RelayAddress, RelayTable } from '../node/relay.ts';
import type { Database } from '../storage/database.ts';
import { createFileServer, type FileServer, type FileServerDependencies } from './file-server.ts';
import { createFileStore } from './file-store.ts';

export interface RunningFileServer {
  readonly server: FileServer;
  /** As clients are told; it stays the same when the port does not. */
  readonly address: FileServerAddress;
  /** Where nodes reach it, and the other servers they relay to. */
  readonly relays: RelayTable;
}

const HOST = 'files.onionskin.internal';
const PORT = 80;

/**
 * @param dependencies.seedHex Ed25519 seed of the server, 32 bytes in hex
 * @param dependencies.others servers besides it, by `host:port`
 */
export async function startFileServer(
  dependencies: Pick<FileServerDependencies, 'activity' | 'clock' | 'crypto'> & {
    readonly database: Database;
    readonly seedHex: string;
    readonly others: Readonly<Record<string, RelayAddress>>;
  },
  stack: AsyncDisposableStack
): Promise<RunningFileServer> {
  const { crypto, database, others, seedHex } = dependencies;
  const keys = await keysOf(crypto, { seedHex, certificatePem: '', keyPem: '' });
  const server = createFileServer({ ...dependencies, ...keys, store: createFileStore(database) });
  const listeningPort = await server.listen(0);
  stack.defer(() => server.close());
  return {
    server,
    address: {
      protocol: 'http',
      host: HOST,
      port: PORT,
      ed25519PublicKeyHex: keys.ed25519PublicKeyHex,
      x25519PublicKeyHex: bytesToHex(keys.x25519PublicKey)
    },
    relays({ protocol, host, port }) {
      const isOwn = protocol === 'http' && host === HOST && port === PORT;
      return isOwn ? { address: '127.0.0.1', port: listeningPort } : (others[`${host}:${port}`] ?? null);
    }
  };
}
