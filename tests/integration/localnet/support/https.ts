// A client that shows an answer as it came: raw headers in their order, bytes of the body.
import { Agent, request } from 'node:https';

export interface RawAnswer {
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

export interface RawClient {
  send(
    to: { ip: string; port: number },
    message: { method: string; path: string; headers?: Record<string, string>; body?: Uint8Array }
  ): Promise<RawAnswer>;
  close(): void;
}

/** @param maxSockets connections kept at once to one node */
export function createRawClient(maxSockets = 20): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets, rejectUnauthorized: false });
  return {
    send: ({ ip, port }, { method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const length = body ? { 'content-length': String(body.length) } : {};
        const sent = request(
          { agent, host: ip, port, method, path, headers: { ...headers, ...length } },
          (response) => {
            const parts: Buffer[] = [];
            response.on('data', (part: Buffer) => parts.push(part));
            response.on('error', reject);
            response.on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                statusText: response.statusMessage ?? '',
                rawHeaders: response.rawHeaders,
                body: new Uint8Array(Buffer.concat(parts))
              })
            );
          }
        );
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy()
  };
}
