// What seed and file server have in common: bounded bodies, and the faults of a server.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../src/lib/clock.ts';
import type { ServerFaults } from './faults.ts';

/** The body, or null when it is longer than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Does to a request what the faults say. @returns whether it is still to be answered */
export async function passServerFaults(
  request: IncomingMessage,
  response: ServerResponse,
  faults: ServerFaults,
  clock: Clock
): Promise<boolean> {
  if (faults.drop) request.socket.destroy();
  if (faults.drop || faults.hang) return false;
  if (faults.delayMs) await clock.sleep(faults.delayMs);
  if (faults.status !== undefined) response.writeHead(faults.status).end('unavailable');
  else if (faults.garbage) response.writeHead(200).end(randomBytes(200));
  else return true;
  return false;
}
