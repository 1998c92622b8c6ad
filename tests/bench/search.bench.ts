// Searching 100,000 messages in one conversation and 499 others: the code the worker runs, in a page that holds no app.
import { withApp, type BenchApp } from './app.ts';
import { coreNote, freeCorePercent, median } from './numbers.ts';
import { makeAccount, openProfilePage, type ProfileScript } from './person.ts';
import type { Bench, BenchRow } from './types.ts';

const CONVERSATIONS = 500;
const MESSAGES = 100_000;
const ROUNDS = 7;
/** Once, in the oldest message of all. */
const NEEDLE = 'needlework';

/** What is typed, how it is spread, and how many hits a page of 20 has. */
const QUESTIONS = [
  { text: 'tra', spread: 'the beginning of a common word', hits: 20 },
  { text: 'river bread tomorrow', spread: 'three words at once', hits: 20 },
  { text: '京', spread: 'one character of a script without blanks', hits: 20 },
  { text: NEEDLE.slice(0, 6), spread: 'a word that only the oldest message holds', hits: 1 },
  { text: 'xylophone', spread: 'a word no message holds', hits: 0 }
];

async function measure({ browser, origin }: BenchApp): Promise<BenchRow[]> {
  const context = await browser.newContext();
  await makeAccount(context, origin);
  const page = await openProfilePage(context, origin);
  const indexing = await page.evaluate(
    async (input) => {
      const { bench } = globalThis as unknown as { bench: ProfileScript };
      await bench.fillHistory(input);
      return bench.takeIntoIndex();
    },
    { conversations: CONVERSATIONS, few: 2, many: MESSAGES, needle: NEEDLE }
  );
  const free = coreNote(freeCorePercent());
  const rows: BenchRow[] = [];
  for (const { text, spread, hits } of QUESTIONS) {
    const times = await page.evaluate(
      ({ typed, rounds }) => {
        const { bench } = globalThis as unknown as { bench: ProfileScript };
        return bench.timeSearch(typed, rounds);
      },
      { typed: text, rounds: ROUNDS }
    );
    if (times.hits !== hits) throw new Error(`${times.hits} hits of ${hits}`);
    rows.push({
      what: `search: first hits over ${MESSAGES.toLocaleString('en')} messages, ${spread}`,
      value: median(times.first),
      unit: 'ms',
      atMost: 150,
      scales: true,
      note: `median of ${ROUNDS}, nothing opened before; again ${median(times.again).toFixed(0)} ms; ${free}`
    });
  }
  await context.close();
  return [
    ...rows,
    {
      what: `take ${indexing.messages.toLocaleString('en')} messages into the search index`,
      value: indexing.ms / 1000,
      unit: 's',
      note: `in the background; ${(indexing.bytes / indexing.messages).toFixed(0)} bytes a message`
    },
    {
      what: 'longest stretch in which that gives nothing else its turn',
      value: indexing.longestBlockMs,
      unit: 'ms',
      note: `where the app does it in its worker; ${free}`
    }
  ];
}

export const bench: Bench = { name: 'search', run: () => withApp(measure) };
