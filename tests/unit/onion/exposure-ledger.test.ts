import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { createExposureLedger } from '../../../src/lib/onion/exposure-ledger.ts';
import { withLedger } from '../../../src/lib/onion/exposure-transport.ts';
import { OnionError, type GatewayTransport } from '../../../src/lib/onion/index.ts';

const stop = (key: string) => ({ ed25519PublicKeyHex: key.repeat(64), ip: `198.51.100.${key}` });
const HOPS = ['1', '2', '3'].map(stop);
const OWN = `05${'aa'.repeat(32)}` as AccountId;
const OTHER = `05${'bb'.repeat(32)}` as AccountId;
const at = (node: string) => ({ kind: 'node', node: stop(node) }) as const;

function ledgerAt(nowMs = 1_000) {
  const clock = { nowMs };
  const ledger = createExposureLedger({ now: () => clock.nowMs });
  ledger.setOwnAccount(OWN);
  const partsOf = (key: string) =>
    ledger.facts().nodes.find((node) => node.ed25519PublicKeyHex === stop(key).ed25519PublicKeyHex)?.parts ??
    {};
  return { clock, ledger, partsOf };
}

describe('the ledger', () => {
  it('counts each stop in its part, and the last time', () => {
    const { clock, ledger, partsOf } = ledgerAt();
    ledger.sent({ hops: HOPS, destination: at('4'), subject: OWN });
    clock.nowMs = 2_000;
    ledger.sent({ hops: HOPS, destination: at('1'), subject: OTHER });
    expect(partsOf('1')).toEqual({
      entry: { count: 2, lost: 0, lastAtMs: 2_000 },
      'other-swarm': { count: 1, lost: 0, lastAtMs: 2_000 }
    });
    expect(Object.keys(partsOf('2'))).toEqual(['middle']);
    expect(Object.keys(partsOf('3'))).toEqual(['last']);
    expect(partsOf('4')).toEqual({ 'own-swarm': { count: 1, lost: 0, lastAtMs: 1_000 } });
  });

  it('tells names and questions about the network from mail, and servers from nodes', () => {
    const { ledger, partsOf } = ledgerAt();
    ledger.sent({ hops: HOPS, destination: at('4'), subject: 'names' });
    ledger.sent({ hops: HOPS.slice(0, 1), destination: at('5') });
    ledger.sent({ hops: HOPS, destination: { kind: 'server', host: 'files.example' } });
    expect(Object.keys(partsOf('4'))).toEqual(['names']);
    expect(Object.keys(partsOf('5'))).toEqual(['network']);
    expect(ledger.facts().servers).toEqual([{ host: 'files.example', count: 1, lost: 0, lastAtMs: 1_000 }]);
  });

  it('turns what was not reached into what was lost, from that stop on', () => {
    const { ledger, partsOf } = ledgerAt();
    ledger.sent({ hops: HOPS, destination: at('4') })(2);
    expect(partsOf('2').middle).toMatchObject({ count: 1, lost: 0 });
    expect(partsOf('3').last).toMatchObject({ count: 0, lost: 1 });
    expect(partsOf('4').network).toMatchObject({ count: 0, lost: 1 });
  });

  it('holds no Account ID, neither the own one nor that of anybody else', () => {
    const { ledger } = ledgerAt();
    ledger.sent({ hops: HOPS, destination: at('4'), subject: OWN });
    ledger.sent({ hops: HOPS, destination: at('5'), subject: OTHER });
    const text = JSON.stringify(ledger.facts());
    expect(text).not.toContain('aaaa');
    expect(text).not.toContain('bbbb');
    // Control: what it does hold is found in the same text.
    expect(text).toContain('4444');
  });
});

describe('a transport with a ledger', () => {
  const transport = (answer: () => Promise<never>): GatewayTransport => ({
    gateways: ['https://relay.example'],
    current: () => 'https://relay.example',
    select: () => {},
    postOnion: answer,
    fetchNodes: answer,
    fetchInfo: async () => ({ networkId: 'mainnet' })
  });
  const options = { timeoutMs: 1 };

  it('counts a refusal in the words of the gateway as an answer, and silence as none', async () => {
    const { ledger } = ledgerAt();
    const refusing = withLedger(
      transport(() =>
        Promise.reject(new OnionError('gateway-refused', { retry: 'later', details: { gatewayCode: 'no' } }))
      ),
      ledger
    );
    await expect(refusing.fetchNodes(options)).rejects.toThrow();
    const silent = withLedger(
      transport(() => Promise.reject(new OnionError('gateway-unreachable', { retry: 'later' }))),
      ledger
    );
    await expect(silent.postOnion('00', new Uint8Array(5), options)).rejects.toThrow();
    await silent.fetchInfo(options);
    expect(ledger.facts().gateways).toEqual([
      { origin: 'https://relay.example', count: 3, answered: 2, lost: 0, lastAtMs: 1_000 }
    ]);
  });
});
