import { describe, expect, it } from 'vitest';
import { createExposureQuestions, type Exposure } from '../../../src/lib/messenger/exposure.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const FACTS: Exposure = { sinceMs: 1, gateways: [], nodes: [], servers: [], ownSwarmSize: 3 };

/** A tab that does not lead, and what it asked. */
function follower(tag = 'tab') {
  const clock = createFakeClock();
  const asked: string[] = [];
  const questions = createExposureQuestions({
    here: () => null,
    askOther: (question) => asked.push(question),
    tag,
    clock
  });
  return { clock, asked, questions };
}

describe('whom the engine was in touch with', () => {
  it('is known at once in the tab that leads, and nobody is asked', async () => {
    const asked: string[] = [];
    const questions = createExposureQuestions({
      here: () => FACTS,
      askOther: (question) => asked.push(question),
      tag: 'tab',
      clock: createFakeClock()
    });
    expect(await questions.ask()).toEqual(FACTS);
    expect(asked).toEqual([]);
  });

  it('is asked of the tab that leads, whose answer counts for its question alone', async () => {
    const { asked, questions } = follower();
    const [first, second] = [questions.ask(), questions.ask()];
    expect(new Set(asked).size).toBe(2);
    questions.answer(asked[1] as string, { ...FACTS, ownSwarmSize: 5 });
    questions.answer('somebody else’s', FACTS);
    expect((await second)?.ownSwarmSize).toBe(5);
    questions.answer(asked[0] as string, FACTS);
    expect((await first)?.ownSwarmSize).toBe(3);
  });

  it('is nothing when no tab answers in time', async () => {
    const { clock, questions } = follower();
    const answer = questions.ask();
    await clock.advance(60_000);
    expect(await answer).toBeNull();
  });

  it('is not asked for without end: questions are bounded', async () => {
    const { asked, questions } = follower();
    for (let count = 0; count < 100; count++) void questions.ask();
    expect(asked.length).toBeLessThan(20);
    expect(await questions.ask()).toBeNull();
  });
});
