import { describe, expect, it } from 'vitest';
import { cspDirectives, cspText, gatewayOrigins } from '../../../scripts/lib/security-policy.mjs';
import { connectHosts } from '../../../src/lib/state/page-policy.ts';

const ORIGIN = 'https://app.example';

describe('hosts a page may connect to', () => {
  it('are those of the policy that the build writes, with every gateway it names', () => {
    const environment = { ONIONSKIN_GATEWAYS: 'https://relay.example https://other.example:8443' };
    const hosts = connectHosts(cspText(cspDirectives(environment)), ORIGIN);
    expect(hosts).toEqual([
      'app.example',
      ...gatewayOrigins(environment).map((origin) => new URL(origin).host)
    ]);
    expect(hosts).toContain('other.example:8443');
  });

  it('are this site alone where the build names no gateway', () => {
    expect(connectHosts(cspText(cspDirectives({})), ORIGIN)).toEqual(['app.example']);
  });

  it('leave nothing out: another scheme, a star, and the rule for everything else', () => {
    expect(connectHosts("connect-src 'self' data: *", ORIGIN)).toEqual(['app.example', 'data:', '*']);
    expect(connectHosts("default-src 'self' https://a.example", ORIGIN)).toEqual([
      'app.example',
      'a.example'
    ]);
    expect(connectHosts("script-src 'self'", ORIGIN)).toEqual(['*']);
    expect(connectHosts("default-src 'none'", ORIGIN)).toEqual([]);
  });
});
