import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/lib/log.ts';
import { MAINNET, withAnchors } from '../../../src/lib/networks.ts';
import { loadBundledNodes } from '../../../src/lib/worker/bundled-nodes.ts';

const KEY = 'cd'.repeat(32);
const file = (nodes: unknown[]) => async () => ({
  default: { network: 'mainnet', height: 10, fetchedAtMs: 0, nodes }
});

describe('nodes that came with the release', () => {
  it('are further anchors of their network, each once', async () => {
    const [first] = MAINNET.anchors;
    const { network, nodes } = await loadBundledNodes(
      0,
      silentLog,
      file([
        [KEY, '192.0.2.7', 22_021, '10', 0],
        [first!.ed25519PublicKeyHex, '192.0.2.8', 22_021, '10', 0]
      ])
    );
    expect(network).toBe('mainnet');
    const { anchors } = withAnchors(MAINNET, nodes);
    expect(anchors).toEqual([
      ...MAINNET.anchors,
      { ed25519PublicKeyHex: KEY, ip: '192.0.2.7', port: 22_021 }
    ]);
  });

  it('are left out when they will have left', async () => {
    const { nodes } = await loadBundledNodes(20 * 120_000, silentLog, file([[KEY, '192.0.2.7', 1, '', 15]]));
    expect(nodes).toEqual([]);
  });

  it('are none when their file is missing or broken, and the build goes on with its own', async () => {
    const missing = () => Promise.reject(new TypeError('not found'));
    for (const load of [missing, file([['short']])]) {
      const { network, nodes } = await loadBundledNodes(0, silentLog, load);
      expect([network, nodes]).toEqual(['', []]);
    }
    expect(withAnchors(MAINNET, [])).toBe(MAINNET);
  });

  it('can be loaded from this release', async () => {
    const load = () => import('../../../src/lib/wire/mainnet-nodes.json', { with: { type: 'json' } });
    expect((await loadBundledNodes(0, silentLog, load)).network).toBe('mainnet');
  });
});
