// What was accepted from whom to whom, and whether it is everywhere exactly once and in order.

/** One message that an engine took; its text is unlike any other. */
export interface Accepted {
  /** The device it was written on; order is promised for each. */
  readonly fromDevice: string;
  readonly text: string;
}

/** What one device shows of one conversation, oldest first. */
export interface Shown {
  readonly device: string;
  readonly conversation: string;
  readonly texts: readonly string[];
  /** What has to be there, in the order in which it was accepted. */
  readonly expected: readonly Accepted[];
  /** What may be there too: written, but the engine died before it could say that it took it. */
  readonly maybe: ReadonlySet<string>;
}

function isInOrder(texts: readonly string[], wanted: readonly string[]): boolean {
  let from = 0;
  for (const text of wanted) {
    const at = texts.indexOf(text, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

/** @returns a sentence for each fault; empty when all is well */
export function checkShown({ device, conversation, texts, expected, maybe }: Shown): string[] {
  const where = `on ${device} with ${conversation}`;
  const problems: string[] = [];
  const count = Map.groupBy(texts, (text) => text);
  const known = new Set(expected.map(({ text }) => text));
  for (const { text } of expected) if (!count.has(text)) problems.push(`lost ${where}: ${text}`);
  for (const [text, copies] of count) {
    if (copies.length > 1) problems.push(`${copies.length} times ${where}: ${text}`);
    if (!known.has(text) && !maybe.has(text)) problems.push(`never written, ${where}: ${text}`);
  }
  const byDevice = Map.groupBy(expected, ({ fromDevice }) => fromDevice);
  for (const [from, messages] of byDevice) {
    const wanted = messages.map(({ text }) => text).filter((text) => count.has(text));
    if (!isInOrder(texts, wanted)) problems.push(`out of order ${where}: messages from ${from}`);
  }
  return problems;
}

/** Whether everything expected is there, in whatever shape. */
export const isComplete = ({ texts, expected }: Shown): boolean => {
  const there = new Set(texts);
  return expected.every(({ text }) => there.has(text));
};
