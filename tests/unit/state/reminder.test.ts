import { describe, expect, it } from 'vitest';
import { isReminderDue } from '../../../src/lib/state/reminder.ts';

const chats = (contacts: number) => [
  { kind: 'note-to-self' } as const,
  ...Array.from({ length: contacts }, () => ({ kind: 'contact' }) as const)
];
const open = { recoveryReminded: false };

describe('the reminder to keep the Recovery Password', () => {
  it('comes with the third conversation with somebody else', () => {
    expect(isReminderDue(chats(2), open, true)).toBe(false);
    expect(isReminderDue(chats(3), open, true)).toBe(true);
  });

  it('comes neither to who restored the account, nor again, nor before the choices were read', () => {
    expect(isReminderDue(chats(3), open, false)).toBe(false);
    expect(isReminderDue(chats(3), { recoveryReminded: true }, true)).toBe(false);
    expect(isReminderDue(chats(3), undefined, true)).toBe(false);
  });
});
