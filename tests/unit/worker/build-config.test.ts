import { describe, expect, it } from 'vitest';
import { readBuildConfig } from '../../../src/lib/worker/build-config.ts';

const OWN = 'https://app.test';

describe('what a build is made for', () => {
  it('is mainnet through its own origin when nothing was said', () => {
    const { network, gateways } = readBuildConfig({}, OWN);
    expect(network.id).toBe('mainnet');
    expect(gateways).toEqual([OWN]);
    expect(readBuildConfig({ network: '', gateways: '  ' }, OWN)).toEqual({ network, gateways });
  });

  it('has the own origin first and each gateway once, whatever its path', () => {
    const gateways = ' https://one.test/  https://two.test:8443/x\nhttps://app.test https://one.test ';
    expect(readBuildConfig({ gateways }, OWN).gateways).toEqual([
      OWN,
      'https://one.test',
      'https://two.test:8443'
    ]);
  });

  it('takes testnet by name, and no other network', () => {
    expect(readBuildConfig({ network: 'testnet' }, OWN).network.id).toBe('testnet');
    expect(() => readBuildConfig({ network: 'local' }, OWN)).toThrow('no network named local');
  });

  it('leaves out an origin that nothing can be fetched from', () => {
    expect(readBuildConfig({ gateways: 'https://one.test' }, 'null').gateways).toEqual(['https://one.test']);
  });

  it.each(['http://one.test', 'ftp://one.test', 'one.test', 'javascript:alert(1)'])(
    'does not take %s for a gateway',
    (gateways) => {
      expect(() => readBuildConfig({ gateways }, OWN)).toThrow('not the address of a gateway');
    }
  );

  it('takes a gateway without TLS on this machine alone', () => {
    const gateways = 'http://127.0.0.1:8080 http://localhost:1';
    expect(readBuildConfig({ gateways }, OWN).gateways.slice(1)).toEqual([
      'http://127.0.0.1:8080',
      'http://localhost:1'
    ]);
  });
});
