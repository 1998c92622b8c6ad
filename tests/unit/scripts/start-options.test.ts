import { describe, expect, it } from 'vitest';
import { USAGE, readStartOptions } from '../../../scripts/lib/start-options.mjs';

function complaint(...args: string[]): { message: string; exitCode: number } {
  try {
    readStartOptions(args);
  } catch (error) {
    return error as { message: string; exitCode: number };
  }
  throw new Error('accepted');
}

describe('the options of npm start', () => {
  it('have defaults that keep to this machine', () => {
    expect(readStartOptions([])).toEqual({
      port: 8420,
      host: '127.0.0.1',
      isLoopback: true,
      dataDir: '.onionskin',
      nodes: undefined,
      network: 'local',
      fresh: false,
      allowOrigins: [],
      allowHosts: [],
      trustProxy: 0,
      help: false
    });
  });

  it('are read', () => {
    const args = '--port 0 --host 0.0.0.0 --data-dir /x --nodes 4 --network testnet --fresh --trust-proxy 1';
    expect(
      readStartOptions([...args.split(' '), '--allow-origin', 'https://a.example', '--allow-host=b.example'])
    ).toMatchObject({
      port: 0,
      host: '0.0.0.0',
      isLoopback: false,
      dataDir: '/x',
      nodes: 4,
      network: 'testnet',
      fresh: true,
      trustProxy: 1,
      allowOrigins: ['https://a.example'],
      allowHosts: ['b.example']
    });
  });

  it.each([
    [['--bogus'], '--bogus'],
    [['bogus'], 'bogus'],
    [['--port'], '--port'],
    [['--port', '70000'], '--port'],
    [['--port', '-1'], '--port'],
    [['--port', '1e3'], '--port'],
    [['--nodes', '3'], '--nodes'],
    [['--nodes', '9.5'], '--nodes'],
    [['--network', 'mars'], '--network'],
    [['--host', ''], '--host'],
    [['--fresh=yes'], '--fresh'],
    [['--allow-origin', 'a.example'], '--allow-origin'],
    [['--allow-origin', 'https://a.example/'], '--allow-origin']
  ])('are refused when wrong: %j', (args, named) => {
    const { message, exitCode } = complaint(...args);
    expect(message).toContain(named);
    expect(message).not.toContain('\n');
    expect(exitCode).toBe(2);
  });

  it('are all told by --help', () => {
    for (const option of ['port', 'host', 'data-dir', 'nodes', 'network', 'fresh', 'help']) {
      expect(USAGE).toContain(`--${option}`);
    }
  });
});
