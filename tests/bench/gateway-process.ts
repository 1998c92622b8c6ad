// A process of the gateway bench, by its first argument: `guard` answers onion posts over TLS; `gateway` relays to
// that guard on one port and answers the same posts by itself on another.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificate } from '../integration/gateway/certificate.ts';
import { serviceNode, startGateway } from '../integration/gateway/support.ts';

const REPLY = Buffer.alloc(2_048, 2);

function answer(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': REPLY.length });
    response.end(REPLY);
  });
}

const [role, guardPort] = process.argv.slice(2);
if (role === 'guard') {
  const server = createHttpsServer(createCertificate(), answer);
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
} else {
  const gateway = await startGateway([serviceNode(1, '127.0.0.1', Number(guardPort))]);
  const direct = createHttpServer(answer);
  direct.listen(0, '127.0.0.1', () => {
    process.send?.({
      relay: Number(new URL(gateway.origin).port),
      direct: (direct.address() as AddressInfo).port
    });
  });
}
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system, residentBytes: process.memoryUsage.rss() });
});
process.once('disconnect', () => process.exit(0));
