// The network of the captures: nine nodes with the listed swarms, and a server that nodes relay to.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { localnet, type LocalNode, type Localnet } from '../../../../localnet/index.ts';
import type { CaptureFile } from './capture-file.ts';
import { createCaptureClock, type CaptureClock } from './capture-clock.ts';
import { createRawClient, type RawClient } from './https.ts';

export interface ServerSaw {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server that answers what it is told and remembers what it was sent. */
export interface RelayedServer {
  readonly port: number;
  answer: { status: number; headers: Record<string, string>; body: Uint8Array };
  seen: ServerSaw | null;
  close(): Promise<void>;
}

async function startRelayedServer(): Promise<RelayedServer> {
  const state: Pick<RelayedServer, 'answer' | 'seen'> = {
    answer: { status: 200, headers: {}, body: new Uint8Array() },
    seen: null
  };
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      state.seen = { method, url, headers, body: Buffer.concat(parts) };
      response.writeHead(state.answer.status, state.answer.headers).end(state.answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return Object.assign(state, {
    port,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve()))
  });
}

export interface CaptureNetwork {
  readonly net: Localnet;
  readonly clock: CaptureClock;
  readonly client: RawClient;
  readonly server: RelayedServer;
  /** Our node in place of the captured one with this Ed25519 key, address or URL. */
  nodeFor(captured: string): LocalNode | undefined;
  /** The captured key in place of ours, for keys and addresses of nodes; other texts stay. */
  asCaptured(text: string): string;
  close(): Promise<void>;
}

export async function createCaptureNetwork(file: CaptureFile, startMs: number): Promise<CaptureNetwork> {
  const clock = createCaptureClock(startMs);
  const server = await startRelayedServer();
  const net = await localnet.create({
    nodes: file.nodes.length,
    swarmIds: [...new Set(file.nodes.map((node) => node.swarm))],
    clock,
    hf: [19, 5],
    echo: false,
    relays: { [`127.0.0.1:${server.port}`]: { address: '127.0.0.1', port: server.port } },
    limits: { hopMs: 400, memberMs: 200 }
  });
  const client = createRawClient();
  const ours = new Map<string, LocalNode>();
  const captured = new Map<string, string>();
  file.nodes.forEach((theirs, index) => {
    const node = net.nodes[index] as LocalNode;
    if (node.swarmIdHex !== theirs.swarm) throw new Error('nodes in other swarms than captured');
    ours.set(theirs.pubkey_ed25519, node);
    ours.set(`https://${theirs.public_ip}:${theirs.storage_port}`, node);
    captured.set(node.ed25519PublicKeyHex, theirs.pubkey_ed25519);
    captured.set(node.x25519PublicKeyHex, theirs.pubkey_x25519);
  });
  return {
    net,
    clock,
    client,
    server,
    nodeFor: (text) => ours.get(text),
    asCaptured: (text) => captured.get(text) ?? text,
    async close() {
      client.close();
      await net.close();
      await server.close();
    }
  };
}
