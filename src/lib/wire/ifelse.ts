// The condition of an `ifelse` request (network.md §5.5). Pure, used by the embedded network.
import { malformed } from './errors.ts';
import { fieldOf, type JsonObject, type JsonValue } from './json.ts';

/** What a node compares conditions with. */
export interface NodeState {
  /** Hard fork and revision. */
  readonly hf: readonly number[];
  /** Storage server version. */
  readonly v: readonly number[];
  readonly height: number;
}

const FACTS = ['hf', 'v', 'height'] as const;
const MAX_NUMBERS = 16;

/**
 * Whether all conditions of `if` hold.
 * @throws WireError `malformed`: `details.field` `if` when there is no condition at all, else the condition that is
 *   no integer or list of integers
 */
export function evaluateCondition(condition: JsonObject, node: NodeState): boolean {
  let holds = true;
  let found = false;
  for (const fact of FACTS) {
    const actual = fact === 'height' ? [node.height] : node[fact];
    const least = numbersOf(condition, `${fact}_at_least`);
    const before = numbersOf(condition, `${fact}_before`);
    found ||= least !== null || before !== null;
    if (least && compareNumbers(actual, least) < 0) holds = false;
    if (before && compareNumbers(actual, before) >= 0) holds = false;
  }
  if (!found) throw malformed('ifelse', 'if');
  return holds;
}

/** One number, or a list of them; a `height` given as a list of one is the same. */
function numbersOf(condition: JsonObject, key: string): number[] | null {
  const value = fieldOf(condition, key);
  if (value === undefined) return null;
  const list: JsonValue[] = Array.isArray(value) ? value : [value];
  const isNumbers = list.every((item) => typeof item === 'number' && Number.isSafeInteger(item));
  if (!isNumbers || list.length < 1 || list.length > MAX_NUMBERS) throw malformed('ifelse', key);
  return list as number[];
}

/** Order of two versions; numbers that are not given count as 0, more than the node has are not looked at. */
function compareNumbers(actual: readonly number[], given: readonly number[]): number {
  for (const [index, number] of actual.entries()) {
    const difference = number - (given[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
