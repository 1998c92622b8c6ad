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

interface Round {
  readonly perSecond: number;
  /** Time the gateway's process spent on one request, microseconds. */
  readonly cpuMicros: number;
  /** How long one request took in the middle, and the slowest of a hundred, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the gateway's process, when the round was over. */
  readonly residentBytes: number;
}

type Usage = Pick<Round, 'cpuMicros' | 'residentBytes'>;

const MEBIBYTE = 1024 * 1024;

/** One round of requests over `CONNECTIONS` connections. */
async function measure(gateway: ChildProcess, port: number): Promise<Round> {
  const usage = async () => {
    gateway.send('usage');
    return ((await once(gateway, 'message')) as [Usage])[0];
  };
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const tookMs: number[] = [];
  const before = await usage();
  const begin = performance.now();
  const loop = async () => {
    while (performance.now() < begin + ROUND_MS) {
      const sentAt = performance.now();
      await post(port, agent);
      tookMs.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  const perSecond = (tookMs.length / (performance.now() - begin)) * 1000;
  const after = await usage();
  agent.destroy();
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => tookMs[Math.floor(tookMs.length * share)] ?? 0;
  return {
    perSecond,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / tookMs.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    residentBytes: after.residentBytes
  };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export const bench: Bench = {
  name: 'gateway relay',
  async run() {
    const guard = await start<{ port: number }>('guard');
    const gateway = await start<{ relay: number; direct: number }>('gateway', String(guard.said.port));
    try {
      const { child } = gateway;
      const { direct: directPort, relay: relayPort } = gateway.said;
      await measure(child, directPort);
      await measure(child, relayPort);
      const direct: Round[] = [];
      const relayed: Round[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        direct.push(await measure(child, directPort));
        relayed.push(await measure(child, relayPort));
      }
      const of = (rounds: Round[], key: keyof Round) => median(rounds.map((round) => round[key]));
      const share = (of(relayed, 'perSecond') / of(direct, 'perSecond')) * 100;
      const cpuShare = (of(direct, 'cpuMicros') / of(relayed, 'cpuMicros')) * 100;
      const note = `${CONNECTIONS} connections; guard over TLS and client on the same cores`;
      const cpuNote = 'the ratio when the gateway has a core of its own';
      return [
        { what: 'gateway relay, 2 KiB requests', value: of(relayed, 'perSecond'), unit: '/s', note },
        { what: 'the same process answering without relaying', value: of(direct, 'perSecond'), unit: '/s' },
        { what: 'gateway relay against answering', value: share, unit: '%', atLeast: 70 },
        { what: 'the same by processor time of the gateway', value: cpuShare, unit: '%', note: cpuNote },
        { what: 'one relayed request, p50', value: of(relayed, 'p50Ms'), unit: 'ms' },
        { what: 'one relayed request, p99', value: of(relayed, 'p99Ms'), unit: 'ms' },
        {
          what: 'resident memory of the gateway',
          value: of(relayed, 'residentBytes') / MEBIBYTE,
          unit: 'MiB',
          note: 'after all rounds'
        }
      ];
    } finally {
      gateway.child.disconnect();
      guard.child.disconnect();
    }
  }
};
