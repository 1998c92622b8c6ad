// v2-forward-secrecy-and-pq.md §9.4 and §14, with A8, A9 and A10 of §23.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../../src/lib/hfs/announcement.ts';
import {
  considerAnnouncement,
  considerIncoming,
  considerNone,
  considerStatement,
  decideSending,
  decideTelling,
  keepsAnsweringClassic,
  noteStrikes,
  noteTold,
  UNKNOWN_PEER,
  type Peer
} from '../../../src/lib/hfs/peers.ts';
import { filled } from './people.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const NOW = 1_795_000_000;
const GROUP = filled(0x67);

function announcement(changes: {
  at?: number | null;
  key?: number | null;
  group?: Uint8Array | null;
  days?: number;
}): Announcement {
  const { at = NOW, key = 1, group = GROUP, days = 16 } = changes;
  return {
    createdSeconds: at,
    publicKeys: key === null ? null : { mlKem: filled(key, 1184), x25519: filled(key) },
    additions: group === null ? null : { continuityPublicKey: group, version: 1, retentionDays: days },
    bytes: new Uint8Array()
  };
}

const capable = considerAnnouncement(UNKNOWN_PEER, announcement({}), NOW).peer;

describe('taking in an announcement', () => {
  it('makes a contact capable, and says so', () => {
    const { peer, outcome, notices } = considerAnnouncement(UNKNOWN_PEER, announcement({}), NOW);
    expect(outcome).toBe('accepted');
    expect(notices).toEqual(['enabled']);
    expect(peer).toMatchObject({ status: 'capable', confirmedSeconds: NOW, newestSeconds: NOW });
  });

  it('A8: refuses an older one, and counts it', () => {
    const replay = considerAnnouncement(capable, announcement({ at: NOW - 1, key: 2 }), NOW);
    expect(replay.outcome).toBe('rolled-back');
    expect(replay.peer).toEqual({ ...capable, suspicions: 1 });
  });

  it('takes another key of the same time, which is two devices racing', () => {
    const race = considerAnnouncement(capable, announcement({ key: 2 }), NOW + 5);
    expect(race.outcome).toBe('accepted');
    expect(race.peer.keys?.publicKeys.x25519).toEqual(filled(2));
  });

  it('refuses a superseded key where no time is given', () => {
    const plain = { at: null, group: null };
    const first = considerAnnouncement(UNKNOWN_PEER, announcement({ ...plain, key: 1 }), NOW).peer;
    const second = considerAnnouncement(first, announcement({ ...plain, key: 2 }), NOW).peer;
    expect(considerAnnouncement(second, announcement({ ...plain, key: 1 }), NOW).outcome).toBe('superseded');
    expect(considerAnnouncement(second, announcement({ ...plain, key: 2 }), NOW).outcome).toBe('accepted');
    expect(considerAnnouncement(second, announcement({ ...plain, key: 3 }), NOW).outcome).toBe('accepted');
  });

  it('A10: refuses one whose additions are gone once they were seen', () => {
    const stripped = considerAnnouncement(
      capable,
      announcement({ at: NOW + 60, key: 2, group: null }),
      NOW + 60
    );
    expect(stripped.outcome).toBe('stripped');
    expect(stripped.peer.keys).toEqual(capable.keys);
    const neverSeen = considerAnnouncement(UNKNOWN_PEER, announcement({ group: null }), NOW);
    expect(neverSeen.outcome).toBe('accepted');
  });

  it('refuses times too far ahead or behind', () => {
    const at = (offset: number) =>
      considerAnnouncement(UNKNOWN_PEER, announcement({ at: NOW + offset }), NOW).outcome;
    expect(at(2 * HOUR)).toBe('accepted');
    expect(at(2 * HOUR + 1)).toBe('from-the-future');
    expect(at(-31 * DAY)).toBe('accepted');
    expect(at(-31 * DAY - 1)).toBe('too-old');
  });

  it('says when the device group is another', () => {
    const other = considerAnnouncement(capable, announcement({ at: NOW + 1, group: filled(9) }), NOW + 1);
    expect(other).toMatchObject({ outcome: 'accepted', notices: ['devices-changed'] });
    expect(other.peer.continuityPublicKey).toEqual(filled(9));
    const same = considerAnnouncement(capable, announcement({ at: NOW + 1, key: 2 }), NOW + 1);
    expect(same.notices).toEqual([]);
  });

  it('takes a withdrawal only when it is newer, and a newer announcement after it', () => {
    const old = considerAnnouncement(capable, announcement({ at: NOW - 1, key: null }), NOW);
    expect(old.peer.status).toBe('capable');
    const gone = considerAnnouncement(capable, announcement({ at: NOW + 1, key: null }), NOW + 1);
    expect(gone).toMatchObject({ notices: ['withdrew'], peer: { status: 'withdrawn', keys: null } });
    const back = considerAnnouncement(gone.peer, announcement({ at: NOW + 2 }), NOW + 2);
    expect(back).toMatchObject({ notices: ['enabled'], peer: { status: 'capable' } });
    const replayed = considerAnnouncement(gone.peer, announcement({ at: NOW }), NOW + 2);
    expect(replayed.peer.status).toBe('withdrawn');
  });

  it('remembers sixty-four superseded keys', () => {
    let peer = capable;
    for (let key = 2; key < 80; key++) {
      peer = considerAnnouncement(peer, announcement({ at: NOW + key, key }), NOW + key).peer;
    }
    expect(peer.supersededKeyIds).toHaveLength(64);
  });
});

describe('how the next message goes', () => {
  it('looks for keys first, and is classic only when there are none', () => {
    expect(decideSending(UNKNOWN_PEER, { nowSeconds: NOW, hasJustFetched: false })).toEqual({
      kind: 'fetch'
    });
    expect(decideSending(UNKNOWN_PEER, { nowSeconds: NOW, hasJustFetched: true })).toEqual({
      kind: 'classic',
      refetch: 'no'
    });
    const none = considerNone(UNKNOWN_PEER, NOW);
    expect(decideSending(none, { nowSeconds: NOW + HOUR - 1, hasJustFetched: false })).toEqual({
      kind: 'classic',
      refetch: 'no'
    });
    expect(decideSending(none, { nowSeconds: NOW + HOUR, hasJustFetched: false })).toEqual({ kind: 'fetch' });
  });

  it('A9: is never classic to a capable contact, whatever the swarm answers and for how long', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            after: fc.integer({ min: 0, max: 3 * DAY }),
            answer: fc.constantFrom('none', 'nothing', 'old', 'stripped', 'classic message')
          }),
          { maxLength: 20 }
        ),
        fc.boolean(),
        (events, hasJustFetched) => {
          let peer: Peer = capable;
          let now = NOW;
          for (const { after, answer } of events) {
            now += after;
            if (answer === 'none') peer = considerNone(peer, now);
            if (answer === 'old') {
              peer = considerAnnouncement(peer, announcement({ at: NOW - 5, key: null }), now).peer;
            }
            if (answer === 'stripped') {
              peer = considerAnnouncement(peer, announcement({ at: now, key: null, group: null }), now).peer;
            }
            if (answer === 'classic message') {
              ({ peer } = considerIncoming(peer, { protection: 'classic', isActiveKey: false }, now));
            }
            const decision = decideSending(peer, { nowSeconds: now, hasJustFetched });
            expect(decision.kind).not.toBe('classic');
            if (decision.kind === 'hybrid') {
              expect(decision.ttlSeconds + now - NOW).toBeLessThanOrEqual(16 * DAY);
            }
          }
        }
      )
    );
    // The control: what the contact signs and is newer does make it classic.
    const gone = considerAnnouncement(capable, announcement({ at: NOW + 1, key: null }), NOW + 1).peer;
    expect(decideSending(gone, { nowSeconds: NOW + 2, hasJustFetched: true }).kind).toBe('classic');
  });

  it('stretches an old key, then holds, then lets the person decide', () => {
    const at = (age: number) => decideSending(capable, { nowSeconds: NOW + age, hasJustFetched: true });
    expect(at(DAY)).toMatchObject({ kind: 'hybrid', refetch: 'background' });
    expect(at(8 * DAY)).toMatchObject({ kind: 'hybrid', ttlSeconds: 8 * DAY });
    expect(at(9 * DAY + 1)).toEqual({ kind: 'hold', reason: 'stale' });
    expect(decideSending(capable, { nowSeconds: NOW + 3 * DAY, hasJustFetched: false })).toEqual({
      kind: 'fetch'
    });
    const short = considerAnnouncement(UNKNOWN_PEER, announcement({ days: 3 }), NOW).peer;
    expect(decideSending(short, { nowSeconds: NOW + 3 * DAY, hasJustFetched: true })).toEqual({
      kind: 'hold',
      reason: 'unreachable'
    });
  });

  it('holds rather than going classic where the person requires it', () => {
    const question = { nowSeconds: NOW + 1, hasJustFetched: false, isRequired: true };
    const none = considerNone(UNKNOWN_PEER, NOW);
    expect(decideSending(none, question)).toEqual({ kind: 'hold', reason: 'required' });
    expect(decideSending(none, { ...question, isRequired: false }).kind).toBe('classic');
    const gone = considerAnnouncement(capable, announcement({ at: NOW + 1, key: null }), NOW + 1).peer;
    expect(decideSending(gone, question).kind).toBe('hold');
    const late = { ...question, nowSeconds: NOW + 10 * DAY, hasJustFetched: true, mayGoClassic: true };
    expect(decideSending({ ...capable, isClassicChosen: true }, late)).toEqual({
      kind: 'hold',
      reason: 'stale'
    });
  });

  it('waits for the keys of a contact whose message said that there are some', () => {
    const { peer, notices } = considerStatement(
      considerNone(UNKNOWN_PEER, NOW),
      { createdSeconds: NOW },
      NOW
    );
    expect(notices).toEqual(['enabled']);
    expect(decideSending(peer, { nowSeconds: NOW, hasJustFetched: false })).toEqual({ kind: 'fetch' });
    expect(decideSending(peer, { nowSeconds: NOW, hasJustFetched: true })).toEqual({
      kind: 'hold',
      reason: 'unreachable'
    });
  });

  it('believes no statement that is older than a withdrawal', () => {
    const gone = considerAnnouncement(capable, announcement({ at: NOW + 9, key: null }), NOW + 9).peer;
    expect(considerStatement(gone, { createdSeconds: NOW + 9 }, NOW + 10).peer.status).toBe('withdrawn');
    expect(considerStatement(gone, { createdSeconds: NOW + 10 }, NOW + 10).peer.status).toBe('capable');
  });
});

describe('what a message says of our keys', () => {
  const OWN = filled(0x77);
  const told = noteTold(capable, 'announcement', OWN, NOW);

  it('is everything at first and after our group changed', () => {
    expect(decideTelling(UNKNOWN_PEER, OWN, NOW)).toBe('announcement');
    expect(decideTelling(told, OWN, NOW + 1)).toBe('nothing');
    expect(decideTelling(told, filled(0x78), NOW + 1)).toBe('announcement');
  });

  it('is the name of the key while they do not use it, once a day', () => {
    const { peer: behind } = considerIncoming(told, { protection: 'hybrid', isActiveKey: false }, NOW + DAY);
    expect(decideTelling(behind, OWN, NOW + DAY)).toBe('key');
    expect(decideTelling(noteTold(behind, 'key', OWN, NOW + DAY), OWN, NOW + DAY + 9)).toBe('nothing');
    const { peer: current } = considerIncoming(told, { protection: 'hybrid', isActiveKey: true }, NOW + DAY);
    expect(decideTelling(current, OWN, NOW + DAY)).toBe('nothing');
  });

  it('is everything again for a capable contact who keeps answering classic', () => {
    let peer = told;
    for (let message = 0; message < 4; message++) {
      expect(keepsAnsweringClassic(peer, NOW + DAY + message)).toBe(false);
      ({ peer } = considerIncoming(peer, { protection: 'classic', isActiveKey: false }, NOW + DAY + message));
    }
    expect(keepsAnsweringClassic(peer, NOW + DAY + 5)).toBe(true);
    expect(decideTelling(peer, OWN, NOW + DAY + 5)).toBe('announcement');
    expect(keepsAnsweringClassic(peer, NOW + 2 * DAY + 5)).toBe(false);
  });
});

describe('a contact who keeps answering classic', () => {
  const classic = { protection: 'classic', isActiveKey: false } as const;
  const answers = (peer: Peer, count: number, message: Parameters<typeof considerIncoming>[1], at = NOW) => {
    let next = peer;
    const notices = [];
    for (let index = 0; index < count; index++) {
      const considered = considerIncoming(next, message, at + index);
      next = considered.peer;
      notices.push(...considered.notices);
    }
    return { peer: next, notices };
  };

  it('is told of with the fourth message of a day, and once', () => {
    expect(answers(capable, 3, classic).notices).toEqual([]);
    const four = answers(capable, 4, classic);
    expect(four.notices).toEqual(['answers-classic']);
    expect(answers(four.peer, 20, classic, NOW + 3 * DAY).notices).toEqual([]);
    const better = considerIncoming(four.peer, { protection: 'hybrid', isActiveKey: true }, NOW + DAY).peer;
    expect(answers(better, 4, classic, NOW + 3 * DAY).notices).toEqual(['answers-classic']);
  });

  it('is told of once a day where only some of their devices do', () => {
    let { peer, notices } = answers(capable, 4, classic);
    for (let message = 0; message < 20; message++) {
      peer = considerIncoming(peer, { protection: 'hybrid', isActiveKey: true }, NOW + HOUR).peer;
      const next = answers(peer, 1, classic, NOW + HOUR);
      peer = next.peer;
      notices = [...notices, ...next.notices];
    }
    expect(notices).toEqual(['answers-classic']);
  });

  it('is not told of where the messages are spread, old, or of one who shows no keys', () => {
    let peer = capable;
    for (let day = 0; day < 6; day++) peer = answers(peer, 1, classic, NOW + day * DAY).peer;
    expect(peer.isClassicTold).toBe(false);
    expect(answers(capable, 9, { ...classic, couldBeHybrid: false }).notices).toEqual([]);
    expect(answers(UNKNOWN_PEER, 9, classic).notices).toEqual([]);
  });
});

describe('a slot that holds what nobody can use', () => {
  it('is told of with the second strike, once, and again when it is over', () => {
    const one = noteStrikes(capable, 1);
    expect(one.notices).toEqual([]);
    const two = noteStrikes(one.peer, 1);
    expect(two.notices).toEqual(['directory-problem']);
    const more = noteStrikes(two.peer, 5);
    expect(more.notices).toEqual([]);
    const fine = considerAnnouncement(more.peer, announcement({ at: NOW + 1, key: 2 }), NOW + 1);
    expect(fine).toMatchObject({ notices: ['directory-fine'], peer: { strikes: 0 } });
    expect(considerAnnouncement(one.peer, announcement({ at: NOW + 1 }), NOW + 1)).toMatchObject({
      notices: [],
      peer: { strikes: 0 }
    });
  });

  it('is told of when both nodes asked show it, and takes no keys away', () => {
    const both = noteStrikes(considerNone(capable, NOW), 2);
    expect(both.notices).toEqual(['directory-problem']);
    expect(decideSending(both.peer, { nowSeconds: NOW, hasJustFetched: true }).kind).toBe('hybrid');
  });

  it('counts announcements that were stripped, and not those that are merely old', () => {
    const stripped = announcement({ at: NOW + 60, key: 2, group: null });
    expect(considerAnnouncement(capable, stripped, NOW + 60).peer.strikes).toBe(1);
    expect(considerAnnouncement(capable, announcement({ at: NOW - 9, key: 2 }), NOW).peer.strikes).toBe(0);
  });
});
