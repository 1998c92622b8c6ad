// The node list that came with this release, as further anchors of mainnet (design.md §3.1).
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Anchor } from '../networks.ts';
import { decodeBundledNodes, remainingNodes, type JsonValue } from '../wire/index.ts';

/**
 * @param nowMs device time; nodes that will have left by then are left out
 * @returns no nodes when the release made no list, or its file cannot be loaded: the build's own anchors will do
 */
export async function loadBundledNodes(
  nowMs: number,
  log: Log,
  load: () => Promise<{ default: unknown }>
): Promise<{ readonly network: string; readonly nodes: readonly Anchor[] }> {
  try {
    const list = decodeBundledNodes((await load()).default as JsonValue);
    return { network: list.network, nodes: remainingNodes(list, nowMs) };
  } catch (error) {
    log.warn('bundled-nodes-unreadable', { code: errorCode(error) });
    return { network: '', nodes: [] };
  }
}
