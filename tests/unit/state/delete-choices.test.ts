import { describe, expect, it } from 'vitest';
import { deleteChoices } from '../../../src/lib/state/delete-choices.ts';
import { sampleMessage } from '../../support/views.ts';

const own = sampleMessage({ sort: 1, direction: 'out' });
const theirs = sampleMessage({ sort: 2 });

describe('where a message can be deleted', () => {
  it('is everywhere for what we wrote and sent', () => {
    expect(deleteChoices([own], false)).toEqual(['device', 'my-devices', 'everyone']);
  });

  it('is on our own devices for what somebody else wrote, also among our own', () => {
    expect(deleteChoices([theirs], false)).toEqual(['device', 'my-devices']);
    expect(deleteChoices([own, theirs], false)).toEqual(['device', 'my-devices']);
  });

  it('is not with others in Note to Self', () => {
    expect(deleteChoices([own], true)).toEqual(['device', 'my-devices']);
  });

  it('is here alone for what never left, what is gone already, and lines nobody wrote', () => {
    for (const state of ['queued', 'failed'] as const) {
      expect(deleteChoices([{ ...own, state }], false)).toEqual(['device']);
    }
    expect(deleteChoices([{ ...own, deleted: true }], false)).toEqual(['device']);
    expect(deleteChoices([own, { ...own, notice: { type: 'you-accepted' } }], false)).toEqual(['device']);
  });
});
