// Asks service nodes for their node list and their time (network.md §1.5, §1.6). One `batch` brings both.
import type { Clock } from '../clock.ts';
import {
  activeNodesBinRpc,
  batchRpc,
  decodeActiveNodesText,
  decodeBatchResult,
  decodeInfoResult,
  decodeServiceNodeStates,
  infoRpc,
  serviceNodesRpc,
  type JsonValue,
  type RpcRequest
} from '../wire/index.ts';
import { SURVEYED_NODES } from './config.ts';
import type { TimeSample } from './network-clock.ts';
import { OnionError } from './errors.ts';
import type { NodeReply } from './path-sender.ts';
import type { VerifiedNode } from './verified-node.ts';

/** Candidates asked at most, so that a survey ends. */
export const MAX_CANDIDATES = 9;

export interface SurveyAnswer {
  readonly nodes: readonly VerifiedNode[];
  readonly time: TimeSample | null;
}

/** Sends a request to the node that is asked, over a path of the caller's choice. */
export type Ask = (rpc: RpcRequest) => Promise<NodeReply>;

/**
 * One node's list and time. `active_nodes_bin` first; nodes that do not know it are asked for the long form.
 * @throws OnionError of `ask`; `destination-garbage` when the answer is none
 */
export async function askForNodes(ask: Ask, clock: Clock): Promise<SurveyAnswer> {
  const compact = await askBatch(ask, clock, [infoRpc(), activeNodesBinRpc()]);
  if (compact) {
    const [info, list] = compact.results;
    if (list?.code === 200) return { nodes: readCompact(list.body), time: compact.timeOf(info) };
  }
  const full = await askBatch(ask, clock, [infoRpc(), serviceNodesRpc()]);
  const [info, list] = full?.results ?? [];
  if (!full || list?.code !== 200) throw garbage();
  return { nodes: readFull(list.body), time: full.timeOf(info) };
}

/**
 * One node's time.
 * @throws OnionError of `ask`; `destination-garbage`
 */
export async function askForTime(ask: Ask, clock: Clock): Promise<TimeSample> {
  const measure = startMeasuring(clock);
  const { status, body } = await ask(infoRpc());
  const sample = status === 200 ? measure(body) : null;
  if (!sample) throw garbage();
  return sample;
}

type BatchEntry = { readonly code: number; readonly body: JsonValue };

/** Null when the node refused the batch as a whole, which it does when it does not know one method in it. */
async function askBatch(
  ask: Ask,
  clock: Clock,
  requests: readonly RpcRequest[]
): Promise<{
  results: readonly BatchEntry[];
  timeOf: (entry: BatchEntry | undefined) => TimeSample | null;
} | null> {
  const measure = startMeasuring(clock);
  const { status, body } = await ask(batchRpc(requests));
  if (status === 400) return null;
  if (status !== 200) throw garbage(status);
  const { results } = attempt(() => decodeBatchResult(body));
  return { results, timeOf: (entry) => (entry?.code === 200 ? measure(entry.body) : null) };
}

/** Node time is taken to be that of the middle of the round trip. */
function startMeasuring(clock: Clock): (info: JsonValue) => TimeSample | null {
  const sentAtMs = clock.now();
  const startedAt = clock.monotonic();
  return (info) => {
    try {
      const uncertaintyMs = (clock.monotonic() - startedAt) / 2;
      const { timestampMs } = decodeInfoResult(info);
      return { nodeTimeMs: timestampMs, deviceTimeMs: sentAtMs + uncertaintyMs, uncertaintyMs };
    } catch {
      return null;
    }
  };
}

function readCompact(body: JsonValue): VerifiedNode[] {
  return attempt(() => decodeActiveNodesText(body).map(verifiedNodeOf));
}

function readFull(body: JsonValue): VerifiedNode[] {
  return attempt(() => decodeServiceNodeStates(body).map(verifiedNodeOf));
}

function verifiedNodeOf(node: VerifiedNode): VerifiedNode {
  const { ed25519PublicKeyHex, ip, port, swarmIdHex } = node;
  return { ed25519PublicKeyHex, ip, port, swarmIdHex };
}

function attempt<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw garbage(undefined, cause);
  }
}

function garbage(status?: number, cause?: unknown): OnionError {
  const details = status === undefined ? {} : { status };
  return new OnionError('destination-garbage', { retry: 'other-path', cause, details });
}

/**
 * Asks candidates, three at a time, until three have answered or none are left.
 * @returns the answers, fewer than three when candidates ran out
 * @throws the signal's reason
 */
export async function survey<Answer>(
  candidates: readonly VerifiedNode[],
  ask: (node: VerifiedNode) => Promise<Answer>,
  signal: AbortSignal
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = candidates.slice(0, MAX_CANDIDATES);
  async function lane(): Promise<void> {
    for (let node = queue.shift(); node; node = queue.shift()) {
      signal.throwIfAborted();
      try {
        answers.push(await ask(node));
        return;
      } catch {
        signal.throwIfAborted();
        // The next candidate answers in its place.
      }
    }
  }
  await Promise.all(Array.from({ length: SURVEYED_NODES }, lane));
  return answers;
}
