// The stand-alone command.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';

const BIN = new URL('../../../localnet/bin.ts', import.meta.url).pathname;
const children = new Set<ChildProcess>();

afterEach(() => {
  for (const child of children) child.kill();
  children.clear();
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const said = { out: '', error: '' };
  child.stdout.on('data', (data) => (said.out += data));
  child.stderr.on('data', (data) => (said.error += data));
  return { child, said };
}

async function ended(...args: string[]) {
  const { child, said } = start(...args);
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said };
}

describe('the command', () => {
  test('prints its network, answers over it, and stops when told', async () => {
    const { child, said } = start('--nodes', '3', '--json');
    while (!said.out.includes('\n')) await once(child.stdout, 'data');
    const descriptor = JSON.parse(said.out) as { id: string; kind: string; seeds: { url: string }[] };
    expect([descriptor.kind, descriptor.id.length]).toEqual(['local', 64]);
    const answer = await fetch(descriptor.seeds[0]?.url ?? '', {
      method: 'POST',
      body: JSON.stringify({
        jsonrpc: '2.0',
        method: 'get_n_service_nodes',
        params: { fields: ['public_ip'] }
      })
    });
    const { result } = (await answer.json()) as { result: { service_node_states: object[] } };
    expect(result.service_node_states.length).toBe(3);
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(0);
  });

  test.each([
    [['--nodez', '3'], 2, /nodez/],
    [['--nodes', 'three'], 2, /--nodes needs a number/],
    [['--nodes', '0'], 1, /between 1 and 250 nodes/],
    [['--data-dir', '/proc/none'], 1, /^The data folder cannot be written: \/proc\/none\.$/]
  ])('refuses %j in one line', async (args, code, line) => {
    const result = await ended(...args);
    expect(result.code).toBe(code);
    expect(result.error.trim()).toMatch(line);
    expect(result.error.trim().split('\n').length).toBe(1);
  });

  test('explains itself', async () => {
    const { code, out } = await ended('--help');
    expect([code, out.includes('--data-dir')]).toEqual([0, true]);
  });
});
