// Our answers against captured ones (network.md §9.1): keys and types at every level, and values but for times of
// answering, keys and addresses of nodes, ports and heights. Hashes must be equal; signatures are verified elsewhere.
import { isJsonObject, type JsonValue } from '../../../../src/lib/wire/index.ts';

/** Fields whose values belong to one network or one moment. */
const LOOSE = new Set([
  'address',
  'height',
  'ip',
  'port',
  'port_https',
  'port_omq',
  'port_quic',
  'signature',
  'storage_lmq_port',
  'storage_port',
  't'
]);

function typeOf(value: JsonValue | undefined): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `timestamp` of `info` is its clock; in messages it is what was stored. */
function isLoose(name: string, parent: JsonValue): boolean {
  return LOOSE.has(name) || (name === 'timestamp' && isJsonObject(parent) && 'version' in parent);
}

/**
 * Differences as `path: what`; empty when the answers agree.
 * @param asCaptured captured text in place of ours, for keys of nodes
 */
export function differences(
  actual: JsonValue | undefined,
  expected: JsonValue | undefined,
  asCaptured: (text: string) => string,
  path = ''
): string[] {
  if (typeOf(actual) !== typeOf(expected)) return [`${path}: ${typeOf(actual)}, not ${typeOf(expected)}`];
  if (isJsonObject(actual) && isJsonObject(expected)) {
    const ours = Object.fromEntries(Object.entries(actual).map(([name, value]) => [asCaptured(name), value]));
    const names = [...new Set([...Object.keys(ours), ...Object.keys(expected)])].sort();
    return names.flatMap((name) => {
      const at = `${path}/${name}`;
      if (!Object.hasOwn(ours, name)) return [`${at}: missing`];
      if (!Object.hasOwn(expected, name)) return [`${at}: too much`];
      if (isLoose(name, actual)) {
        return typeOf(ours[name]) === typeOf(expected[name]) ? [] : [`${at}: ${typeOf(ours[name])}`];
      }
      // What a daemon says is its own affair; the captured one was a stub.
      if (name === 'result' && !isJsonObject(ours['if']) && !('condition' in expected)) return [];
      return differences(ours[name], expected[name], asCaptured, at);
    });
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length !== expected.length) {
      return [`${path}: ${actual.length} items, not ${expected.length}`];
    }
    return actual.flatMap((item, index) =>
      differences(item, expected[index], asCaptured, `${path}/${index}`)
    );
  }
  const ours = typeof actual === 'string' ? asCaptured(actual) : actual;
  return ours === expected ? [] : [`${path}: ${JSON.stringify(ours)}, not ${JSON.stringify(expected)}`];
}
