// Merge of config messages (config-sync.md §5), byte for byte as the other implementations do it, so that devices that
// merge the same messages write the same bytes.
import { UsageError } from '../errors.ts';
import {
  compareVersions,
  CONFIG_LAG,
  encodeConfigMessage,
  type ConfigMessage,
  type LaggedDiff
} from './config-message.ts';
import { applyDiff, diffData } from './diff.ts';
import { EMPTY_DICT, withoutEmpty, type ConfigDict } from './document.ts';

export type MergeResult =
  /** One of the inputs stands as it is; nothing needs to be pushed. */
  | { readonly kind: 'kept'; readonly index: number }
  /** A new message that must be pushed; it replaces every input. */
  | { readonly kind: 'merged'; readonly message: ConfigMessage };

/**
 * Merges messages, our own current one first. Signatures of signed configs are verified before.
 * @param options.canWrite false for a signed config whose signing key we lack: the newest message wins
 * @throws UsageError without messages
 */
export function mergeConfigs(
  messages: readonly ConfigMessage[],
  options: { canWrite?: boolean } = {}
): MergeResult {
  if (messages.length === 0) throw new UsageError('at least one message');
  const left = withoutRedundant(messages);
  const [newest] = left as [ConfigMessage];
  if (left.length === 1 || options.canWrite === false)
    return { kind: 'kept', index: messages.indexOf(newest) };
  return { kind: 'merged', message: mergedMessage(left) };
}

const versionOf = ({ seqno, hashHex }: { seqno: number; hashHex: string }) => `${seqno} ${hashHex}`;

/** Steps 1 and 4: what still counts, newest first. */
function withoutRedundant(messages: readonly ConfigMessage[]): ConfigMessage[] {
  const newest = Math.max(...messages.map(({ seqno }) => seqno));
  const passed = new Set(messages.flatMap(({ lagged }) => lagged.map(versionOf)));
  const left: ConfigMessage[] = [];
  for (const message of messages) {
    const version = versionOf(message);
    if (passed.has(version) || message.seqno <= newest - CONFIG_LAG) continue;
    passed.add(version);
    left.push(message);
  }
  return left.sort((a, b) => compareVersions(b, a));
}

/** @param messages newest first, at least two */
function mergedMessage(messages: readonly ConfigMessage[]): ConfigMessage {
  const [newest] = messages as [ConfigMessage];
  const seqno = newest.seqno + 1;
  const replayed = replayOrder(messages);
  let data = newest.data;
  for (const { entry, source } of replayed) data = applyDiff(data, entry.diff, source);
  data = withoutEmpty(data);
  return encodeConfigMessage({
    seqno,
    data,
    lagged: replayed.map(({ entry }) => entry).filter((entry) => entry.seqno > seqno - CONFIG_LAG),
    // Not what changed, but everything: the deployed implementations diff a merge against an empty document.
    diff: diffData(EMPTY_DICT, data),
    unknown: newest.unknown
  });
}

interface Replayed {
  readonly entry: LaggedDiff;
  readonly source: ConfigDict;
}

/** Every diff known to the messages once, oldest first; values come from the newest message that carries it. */
function replayOrder(messages: readonly ConfigMessage[]): Replayed[] {
  const byVersion = new Map<string, Replayed>();
  const add = (entry: LaggedDiff, source: ConfigDict) => {
    const version = versionOf(entry);
    if (!byVersion.has(version)) byVersion.set(version, { entry, source });
  };
  for (const { seqno, hashHex, diff, data, lagged } of messages) {
    add({ seqno, hashHex, diff }, data);
    for (const entry of lagged) add(entry, data);
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(a.entry, b.entry));
}
