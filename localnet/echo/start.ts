// Echo on a network: composition only.
import { x25519PublicKeyOf } from '../../src/lib/account-id.ts';
import { hexToBytes } from '../../src/lib/bytes/index.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { deriveIdentity, type CryptoBackend } from '../../src/lib/crypto/index.ts';
import type { Log } from '../../src/lib/log.ts';
import type { Activity } from '../activity.ts';
import type { Directory } from '../directory.ts';
import type { RunningFileServer } from '../file-server/start.ts';
import type { LocalNode, NodeSet } from '../node-set.ts';
import { repeat } from '../repeat.ts';
import { createEcho, type Echo } from './echo.ts';
import type { EchoMemory } from './memory.ts';
import { createPictureCopier } from './pictures.ts';
import { createSwarmAccess } from './swarm-access.ts';

/** Every store rings; this is for messages that came to Echo's swarm in another way. */
const POLL_MS = 5_000;

/** @param dependencies.seedHex account seed of Echo, 16 bytes in hex */
export function startEcho(
  dependencies: {
    readonly activity: Activity;
    readonly clock: Clock;
    readonly crypto: CryptoBackend;
    readonly directory: Directory;
    readonly files: RunningFileServer;
    readonly log: Log;
    readonly memory: EchoMemory;
    readonly seedHex: string;
    readonly set: NodeSet;
  },
  stack: AsyncDisposableStack
): Echo {
  const { activity, clock, crypto, directory, files, log, memory, set } = dependencies;
  const identity = deriveIdentity(hexToBytes(dependencies.seedHex));
  const now = () => Math.floor(clock.now());
  const pictures = createPictureCopier({
    random: crypto.random,
    server: files.address,
    call: (request) => files.server.call(request)
  });
  const swarms = createSwarmAccess({
    crypto,
    identity,
    now,
    membersOf: (accountId) =>
      (directory.swarmOf(x25519PublicKeyOf(accountId))?.members ?? [])
        .map(({ index }) => set.nodes[index] as LocalNode)
        .filter((node) => node.isRunning)
  });
  const echo = createEcho({ activity, crypto, identity, log, memory, now, pictures, swarms });
  stack.defer(() => echo.stop());
  stack.defer(repeat(clock, POLL_MS, () => echo.ring()));
  echo.ring();
  return echo;
}
