import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { guardKey } from '../integration/gateway/support.ts';
import type { Bench } from './types.ts';

const CONNECTIONS = 32;
const ROUND_MS = 1_500;
const ROUNDS = 3;
const BODY = Buffer.alloc(2_048, 1);

async function start<T>(...args: string[]): Promise<{ child: ChildProcess; said: T }> {
  const child = fork(join(import.meta.dirname, 'gateway-process.ts'), args);
  const [said] = (await once(child, 'message')) as [T];
  return { child, said };
}

function post(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({
      agent,
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `/gateway/v1/onion/${guardKey(1)}`,
      headers: { 'content-type': 'application/octet-stream', 'content-length': BODY.length }
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.resume().on('end', resolve);
    });
    sent.end(BODY);
  });
}

/** Requests per second over `CONNECTIONS` connections. */
async function rate(port: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const end = performance.now() + ROUND_MS;
  let count = 0;
  const loop = async () => {
    while (performance.now() < end) {
      await post(port, agent);
      count += 1;
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  const perSecond = (count / (performance.now() - begin)) * 1000;
  agent.destroy();
  return perSecond;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export const bench: Bench = {
  name: 'gateway relay',
  async run() {
    const guard = await start<{ port: number }>('guard');
    const gateway = await start<{ relay: number; direct: number }>('gateway', String(guard.said.port));
    try {
      await rate(gateway.said.direct);
      await rate(gateway.said.relay);
      const direct: number[] = [];
      const relayed: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        direct.push(await rate(gateway.said.direct));
        relayed.push(await rate(gateway.said.relay));
      }
      const share = (median(relayed) / median(direct)) * 100;
      const note = `${CONNECTIONS} connections; guard over TLS and client on the same cores`;
      return [
        { what: 'gateway relay, 2 KiB requests', value: median(relayed), unit: '/s', note },
        { what: 'the same process answering without relaying', value: median(direct), unit: '/s' },
        { what: 'gateway relay against answering', value: share, unit: '%', atLeast: 70 }
      ];
    } finally {
      gateway.child.disconnect();
      guard.child.disconnect();
    }
  }
};
