import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import type { AccountName } from '../../../src/lib/account-name.ts';
import { createNameQuestions } from '../../../src/lib/messenger/name-questions.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const NAME = 'ana' as AccountName;
const FOUND = { kind: 'account', accountId: `05${'ab'.repeat(32)}` as AccountId } as const;

function setUp() {
  const asked: { question: string; signal: AbortSignal }[] = [];
  const clock = createFakeClock();
  const names = createNameQuestions({
    tag: 'tab',
    clock,
    ask: (question, _, signal) => void asked.push({ question, signal })
  });
  return { names, asked, clock };
}

describe('a question for a name', () => {
  it('is settled by its own answer and by no other', async () => {
    const { names, asked } = setUp();
    const answer = names.resolve(NAME);
    names.answer('other-1', { kind: 'unregistered' });
    names.answer(asked[0]!.question, FOUND);
    expect(await answer).toEqual(FOUND);
    expect(asked[0]!.signal.aborted).toBe(true);
  });

  it('is asked again, under the same name, when the lead passes on', async () => {
    const { names, asked } = setUp();
    const answer = names.resolve(NAME);
    names.askAgain();
    expect(asked.map(({ question }) => question)).toEqual([asked[0]!.question, asked[0]!.question]);
    names.answer(asked[0]!.question, FOUND);
    await answer;
    names.askAgain();
    expect(asked).toHaveLength(2);
  });

  it('ends when the person ends it, and tells who asks', async () => {
    const { names, asked } = setUp();
    const cancel = new AbortController();
    const answer = names.resolve(NAME, cancel.signal);
    cancel.abort(new Error('given up'));
    await expect(answer).rejects.toThrow('given up');
    expect(asked[0]!.signal.aborted).toBe(true);
  });

  it('fails when the network could not be asked, and when nobody answers', async () => {
    const { names, asked, clock } = setUp();
    const refused = names.resolve(NAME);
    names.answer(asked[0]!.question, null);
    await expect(refused).rejects.toMatchObject({ code: 'network-unreachable' });
    const forgotten = names.resolve(NAME);
    const failed = expect(forgotten).rejects.toMatchObject({ code: 'network-unreachable' });
    await clock.advance(60_000);
    await failed;
  });
});
