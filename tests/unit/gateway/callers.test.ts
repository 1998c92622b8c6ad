import { describe, expect, it } from 'vitest';
import { callerOf, createHostCheck, hostName, preflight } from '../../../gateway/callers.ts';

describe('the host check', () => {
  const isKnown = createHostCheck(['chat.example.org']);

  it.each([
    'localhost',
    'localhost:8420',
    '127.0.0.1:1',
    '[::1]:8420',
    'LOCALHOST',
    'Chat.Example.org:443',
    'chat.example.org.'
  ])('knows %s', (host) => expect(isKnown(host)).toBe(true));

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    'evil.example:8420',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
    '127.0.0.2',
    '0.0.0.0',
    '169.254.169.254',
    'localhost:8420:1',
    'localhost/',
    '[::2]',
    'localhost evil.example'
  ])('refuses %s', (host) => expect(isKnown(host)).toBe(false));

  it('reads the name apart from the port', () => {
    expect(hostName('[fe80::1]:80')).toBe('[fe80::1]');
    expect(hostName('a.example:80')).toBe('a.example');
    expect(hostName('a b')).toBeNull();
  });
});

describe('the caller', () => {
  const allowed = new Set(['https://app.example']);

  it.each([
    [undefined, '127.0.0.1:8420', 'own'],
    ['http://127.0.0.1:8420', '127.0.0.1:8420', 'own'],
    ['https://chat.example.org', 'chat.example.org', 'own'],
    ['http://localhost:5173', 'localhost:8420', 'foreign'],
    ['https://app.example', '127.0.0.1:8420', 'allowed'],
    ['https://app.example.evil', '127.0.0.1:8420', 'foreign'],
    ['null', '127.0.0.1:8420', 'foreign'],
    ['', '127.0.0.1:8420', 'foreign'],
    ['https://evil.example', 'chat.example.org', 'foreign']
  ] as const)('with origin %s at host %s is %s', (origin, host, caller) => {
    expect(callerOf(origin, host, allowed)).toBe(caller);
  });

  it('gets a preflight answered only when its origin is allowed', () => {
    const yes = preflight('allowed', 'https://app.example');
    expect(yes.status).toBe(204);
    expect(yes.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type'
    });
    for (const reply of [preflight('foreign', 'https://evil.example'), preflight('own', undefined)]) {
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});
