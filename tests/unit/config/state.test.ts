// One config on one device: what a push and a poll do to it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  configStatus,
  confirmPush,
  currentMessage,
  decodeConfigMessage,
  decodeConfigState,
  editConfig,
  encodeConfigState,
  isReadOnlyConfig,
  keepAliveHashes,
  mergeConfigs,
  NEW_CONFIG,
  nextConfigMessage,
  receiveConfigs,
  splitConfig,
  decodeConfigPart,
  padConfig,
  takePush,
  valueAt,
  withValue,
  type ConfigMessage,
  type ConfigPush,
  type ConfigState,
  type ConfigValue
} from '../../../src/lib/config/index.ts';

const NOW = 1_700_000_000_000;
const DAY = 86_400_000;
const text = (value: string) => utf8ToBytes(value);
const edited = (state: ConfigState, key: string, value: ConfigValue | null) =>
  editConfig(state, (data) => withValue(data, key.split('/'), value));
const at = (state: ConfigState, key: string) => valueAt(state.data, key.split('/'));
const handOut = (state: ConfigState): ConfigPush => {
  const push = takePush(state);
  if (!push) throw new Error('nothing to push');
  return push;
};
const received = (storageHash: string, message: ConfigMessage) => ({
  storageHash,
  opened: { kind: 'message' as const, message: decodeConfigMessage(message.bytes), isForeignForm: false }
});
const receive = (state: ConfigState, ...items: [string, ConfigMessage][]) =>
  receiveConfigs(
    state,
    items.map(([hash, message]) => received(hash, message)),
    NOW
  );
/** Handed out, stored as `hash`, confirmed. */
function pushed(state: ConfigState, hash: string): { state: ConfigState; message: ConfigMessage } {
  const push = handOut(state);
  return {
    message: push.message,
    state: confirmPush(push.state, {
      hashHex: push.message.hashHex,
      storageHashes: [hash],
      deletedHashes: push.obsoleteHashes
    })
  };
}

describe('pushing', () => {
  it('has nothing to say about a config that was never written', () => {
    expect(configStatus(NEW_CONFIG)).toBe('clean');
    expect(takePush(NEW_CONFIG)).toBeNull();
  });

  it('puts several edits into one version, and the next edit after it was handed out into another', () => {
    const two = edited(edited(NEW_CONFIG, 'a', 1n), 'b', 2n);
    const first = handOut(two);
    expect(first.message.seqno).toBe(1);
    expect([...first.message.diff.keys()].sort()).toEqual(['a', 'b']);
    expect(configStatus(first.state)).toBe('waiting');
    const second = handOut(edited(first.state, 'a', 3n));
    expect(second.message.seqno).toBe(2);
    expect([...second.message.diff.keys()]).toEqual(['a']);
  });

  it('hands out the very same version until it is confirmed', () => {
    const first = handOut(edited(NEW_CONFIG, 'a', 1n));
    expect(handOut(first.state).message).toBe(first.message);
    const { state } = pushed(edited(NEW_CONFIG, 'a', 1n), 'h1');
    expect(configStatus(state)).toBe('clean');
    expect(state.currentHashes).toEqual(['h1']);
    expect(takePush(state)).toBeNull();
  });

  it('does not push what is as it was', () => {
    const { state } = pushed(edited(NEW_CONFIG, 'a', 1n), 'h1');
    expect(edited(state, 'a', 1n)).toBe(state);
    expect(configStatus(edited(edited(state, 'a', 2n), 'a', 1n))).toBe('clean');
    expect(edited(edited(state, 'a', 2n), 'a', 1n).intentions).toHaveLength(1);
  });

  it('deletes the version before only with the next one, and keeps it on the list until that is confirmed', () => {
    const { state } = pushed(edited(NEW_CONFIG, 'a', 1n), 'h1');
    const dirty = edited(state, 'a', 2n);
    expect(dirty.currentHashes).toEqual(['h1']);
    const push = handOut(dirty);
    expect(push.obsoleteHashes).toEqual(['h1']);
    expect(handOut(push.state).obsoleteHashes).toEqual(['h1']);
    const done = confirmPush(push.state, {
      hashHex: push.message.hashHex,
      storageHashes: ['h2', 'h3'],
      deletedHashes: ['h1']
    });
    expect(done).toMatchObject({ currentHashes: ['h2', 'h3'], obsoleteHashes: [] });
  });

  it('makes what it stored obsolete when an edit overtook it', () => {
    const push = handOut(edited(NEW_CONFIG, 'a', 1n));
    const next = handOut(edited(push.state, 'a', 2n));
    const late = { hashHex: push.message.hashHex, storageHashes: ['h1'], deletedHashes: [] };
    expect(confirmPush(next.state, late)).toMatchObject({ currentHashes: [], obsoleteHashes: ['h1'] });
    const edit = edited(push.state, 'a', 2n);
    const confirmed = confirmPush(edit, late);
    expect(configStatus(confirmed)).toBe('dirty');
    expect(handOut(confirmed).obsoleteHashes).toEqual(['h1']);
  });
});

describe('receiving', () => {
  const remote = pushed(edited(NEW_CONFIG, 'n', text('A')), 'r1');

  it('takes the first version as it is', () => {
    const state = receive(NEW_CONFIG, ['r1', remote.message]);
    expect(configStatus(state)).toBe('clean');
    expect(at(state, 'n')).toEqual(text('A'));
    expect(state.currentHashes).toEqual(['r1']);
  });

  it('finds its own version again, and does not call it obsolete', () => {
    const again = receive(remote.state, ['r1', remote.message]);
    expect(again).toEqual({ ...remote.state, intentions: again.intentions });
    expect(again.intentions).toMatchObject([{ reach: 'heard' }]);
    expect(receive(again)).toBe(again);
    const unanswered = handOut(edited(NEW_CONFIG, 'n', text('A'))).state;
    const seen = receive(unanswered, ['r1', remote.message]);
    expect(configStatus(seen)).toBe('clean');
    expect(seen.currentHashes).toEqual(['r1']);
    const dirty = receive(edited(remote.state, 'b', 1n), ['r1', remote.message]);
    expect(dirty).toMatchObject({ currentHashes: ['r1'], obsoleteHashes: [] });
    expect(configStatus(dirty)).toBe('dirty');
  });

  it('adopts a version that it was about to push itself: deleting one copy would delete both', () => {
    const own = edited(NEW_CONFIG, 'n', text('A'));
    const state = receive(own, ['r1', remote.message]);
    expect(configStatus(state)).toBe('clean');
    expect(state).toMatchObject({ currentHashes: ['r1'], obsoleteHashes: [] });
  });

  it('replaces its version by a later one of another device', () => {
    const later = pushed(edited(receive(NEW_CONFIG, ['r1', remote.message]), 'b', 1n), 'r2');
    const state = receive(remote.state, ['r2', later.message]);
    expect(state).toMatchObject({ currentHashes: ['r2'], obsoleteHashes: ['r1'] });
    expect(receive(later.state, ['r1', remote.message])).toMatchObject({
      currentHashes: ['r2'],
      obsoleteHashes: ['r1']
    });
  });

  it('merges what two devices changed, and then has something to push', () => {
    const one = pushed(edited(remote.state, 'a', 1n), 'h2');
    const two = pushed(edited(remote.state, 'b', 2n), 'h3');
    const state = receive(one.state, ['h3', two.message]);
    expect([at(state, 'a'), at(state, 'b')]).toEqual([1n, 2n]);
    expect(configStatus(state)).toBe('dirty');
    expect(state.currentHashes).toEqual([]);
    expect([...handOut(state).obsoleteHashes].sort()).toEqual(['h2', 'h3']);
    expect(handOut(state).message.bytes).toEqual(
      handOut(receive(two.state, ['h2', one.message])).message.bytes
    );
  });

  it('leaves what it cannot read where it is, and writes nothing over it', () => {
    const unreadable = {
      storageHash: 'x1',
      opened: { kind: 'unreadable' as const, reason: 'foreign-version' as const }
    };
    const state = receiveConfigs(NEW_CONFIG, [unreadable], NOW);
    expect(isReadOnlyConfig(state)).toBe(true);
    expect(takePush(edited(state, 'n', 1n))).toBeNull();
    const later = receiveConfigs(edited(state, 'b', 1n), [received('r1', remote.message)], NOW);
    expect(isReadOnlyConfig(later)).toBe(false);
    const push = handOut(later);
    expect(push.obsoleteHashes).not.toContain('x1');
    expect(valueAt(push.message.data, ['n'])).toEqual(text('A'));
    const mixed = receiveConfigs(remote.state, [unreadable], NOW);
    expect(mixed).toMatchObject({ currentHashes: ['r1'], obsoleteHashes: [] });
  });

  it('gives the same state in whatever order and how often the messages come', () => {
    const branch = (key: string, value: bigint, state = remote.state) =>
      pushed(edited(state, key, value), key).message;
    const a = pushed(edited(remote.state, 'a', 1n), 'a');
    const messages = [
      remote.message,
      a.message,
      branch('b', 2n),
      branch('c', 3n),
      branch('a', 4n),
      branch('d', 5n, a.state)
    ];
    const reference = mergeConfigs(messages);
    const bytes = reference.kind === 'merged' && reference.message.bytes;
    fc.assert(
      fc.property(
        fc.shuffledSubarray(messages, { minLength: messages.length }),
        fc.array(fc.constantFrom(...messages), { maxLength: 6 }),
        (shuffled, again) => {
          const result = mergeConfigs([...shuffled, ...again]);
          expect(result.kind === 'merged' && result.message.bytes).toEqual(bytes);
        }
      )
    );
  });
});

describe('versions that jump or come late', () => {
  const chain = (length: number) => {
    let message = handOut(edited(NEW_CONFIG, 'k', 1n)).message;
    for (let index = 1; index < length; index++) {
      message = nextConfigMessage(message, withValue(message.data, ['k'], BigInt(index + 1)));
    }
    return message;
  };

  it('win when they are ahead, and change nothing when they are behind', () => {
    const newest = chain(20);
    const state = receive(NEW_CONFIG, ['new', newest]);
    const behind = receive(state, ['old', chain(3)]);
    expect(behind.base).toBe(state.base);
    expect(behind.obsoleteHashes).toEqual(['old']);
    expect(receive(receive(NEW_CONFIG, ['old', chain(3)]), ['new', newest]).base.hashHex).toBe(
      newest.hashHex
    );
  });
});

describe('edits that got lost', () => {
  const base = pushed(edited(edited(NEW_CONFIG, 'n', text('A')), 'x', 1n), 'h1');
  /** Another device that made so many versions meanwhile. */
  function ahead(count: number, key = 'x') {
    let { state } = base;
    let message = base.message;
    for (let index = 0; index < count; index++)
      ({ state, message } = pushed(edited(state, key, BigInt(index + 10)), `o${index}`));
    return message;
  }

  it('because nobody waited five versions are made again', () => {
    const state = receive(edited(base.state, 'nick', text('Bo')), ['o', ahead(8)]);
    expect(at(state, 'nick')).toEqual(text('Bo'));
    expect(at(state, 'x')).toBe(17n);
    const push = handOut(state);
    expect(push.message.seqno).toBe(10);
    expect([...push.message.diff.keys()]).toEqual(['nick']);
  });

  it('stay lost when somebody changed the same key meanwhile', () => {
    const state = receive(edited(base.state, 'x', 5n), ['o', ahead(8)]);
    expect(at(state, 'x')).toBe(17n);
    expect(configStatus(state)).toBe('clean');
  });

  it('and were found stored before the others went on stay lost too: they have seen them', () => {
    const stored = receive(pushed(edited(base.state, 'block', 1n), 'mine').state);
    let other = stored;
    let message = base.message;
    other = edited(other, 'block', null);
    for (let index = 0; index < 8; index++)
      ({ state: other, message } = pushed(edited(other, 'x', BigInt(index + 10)), `o${index}`));
    const state = receive(stored, ['o', message]);
    expect(at(state, 'block')).toBeUndefined();
    expect(configStatus(state)).toBe('clean');
  });

  it('and were stored when the others were far ahead already are made again', () => {
    const late = pushed(edited(base.state, 'block', 1n), 'mine').state;
    const state = receive(late, ['o', ahead(8)]);
    expect([at(state, 'block'), at(state, 'x')]).toEqual([1n, 17n]);
    // Found among versions that are as far as that, it is no better off.
    const looked = receive(pushed(edited(base.state, 'block', 1n), 'mine').state, ['o', ahead(5)]);
    expect(looked.intentions.map(({ reach }) => reach)).not.toContain('heard');
  });

  it('and that only a merge carries which never left are not forgotten', () => {
    const other = (key: string, count: number) => {
      let { state } = base;
      for (let index = 0; index < count; index++)
        ({ state } = pushed(edited(state, key, BigInt(index + 1)), `${key}${index}`));
      return state.base;
    };
    let state = edited(base.state, 'nick', text('Bo'));
    for (const [key, count] of [
      ['a', 1],
      ['b', 3],
      ['c', 5],
      ['d', 7]
    ] as const)
      state = receive(state, [key, other(key, count)]);
    expect(at(state, 'nick')).toEqual(text('Bo'));
    expect(state.intentions.map(({ path }) => path)).toContainEqual(['nick']);
    expect(at(receive(state, ['x', ahead(20)]), 'nick')).toEqual(text('Bo'));
  });

  it('and are changed back before they were made again count as they are now', () => {
    const first = pushed(edited(base.state, 'nick', text('A')), 'one');
    const second = pushed(edited(first.state, 'nick', text('B')), 'two');
    const behind = pushed(edited(first.state, 'c', 3n), 'three');
    const merged = pushed(
      receive(pushed(edited(first.state, 'd', 3n), 'four').state, ['three', behind.message]),
      'merged'
    );
    const lost = receive(second.state, ['merged', merged.message]);
    expect(at(lost, 'nick')).toEqual(text('B'));
    expect(valueAt(lost.base.data, ['nick'])).toEqual(text('A'));
    const back = edited(lost, 'nick', text('A'));
    expect(back.intentions.map(({ path }) => path)).toContainEqual(['nick']);
  });

  it('because a merge was merged are made again', () => {
    const mine = pushed(edited(base.state, 'n', text('mine')), 'mine');
    const two = pushed(edited(base.state, 'b', 2n), 'two');
    const three = pushed(edited(base.state, 'c', 3n), 'three');
    // A device that never saw our edit merges two others; its result lists every key, ours at its old value.
    const merged = pushed(receive(two.state, ['three', three.message]), 'merged');
    const lossy = mergeConfigs([mine.message, merged.message]);
    expect(lossy.kind === 'merged' && valueAt(lossy.message.data, ['n'])).toEqual(text('A'));
    const state = receive(mine.state, ['merged', merged.message]);
    expect(at(state, 'n')).toEqual(text('mine'));
    expect([at(state, 'b'), at(state, 'c')]).toEqual([2n, 3n]);
    expect([...handOut(state).message.diff.keys()]).toEqual(['n']);
  });

  it.each([
    ['another value', 'C'],
    ['the value of before', 'A']
  ])('to %s from somebody who had seen them stay lost, where every diff names every key', (_, later) => {
    const first = pushed(edited(NEW_CONFIG, 'n', text('A')), 'h1');
    const ours = pushed(edited(first.state, 'n', text('B')), 'h2');
    const theirs = receive(first.state, ['h2', ours.message]);
    const answer = pushed(edited(theirs, 'n', text(later)), 'h3');
    const state = receive(ours.state, ['h3', answer.message]);
    expect(at(state, 'n')).toEqual(text(later));
    expect(configStatus(state)).toBe('clean');
  });

  it('to a newer edit of the same key in a conflict stay lost', () => {
    const one = pushed(edited(base.state, 'n', text('one')), 'one');
    const two = pushed(edited(base.state, 'n', text('two')), 'two');
    const [winner, loser] = one.message.hashHex > two.message.hashHex ? [one, two] : [two, one];
    const state = receive(loser.state, ['w', winner.message]);
    expect(at(state, 'n')).toEqual(valueAt(winner.message.data, ['n']));
    expect(state.intentions.map(({ path }) => path)).not.toContainEqual(['n']);
    expect(loser.state.intentions.map(({ path }) => path)).toContainEqual(['n']);
  });
});

describe('parts', () => {
  const remote = handOut(edited(NEW_CONFIG, 'n', text('x'.repeat(400)))).message;
  const parts = splitConfig(padConfig(remote.bytes), 200).map(decodeConfigPart);
  const items = parts.map((part, index) => ({
    storageHash: `p${index}`,
    opened: { kind: 'part' as const, part, isForeignForm: false }
  }));

  it('count as one version with several storage hashes once all are there', () => {
    expect(items.length).toBeGreaterThan(2);
    const some = receiveConfigs(NEW_CONFIG, items.slice(1), NOW);
    expect(some.base).toBe(NEW_CONFIG.base);
    expect([...keepAliveHashes(some)].sort()).toEqual(items.slice(1).map((item) => item.storageHash));
    const all = receiveConfigs(some, items.slice(0, 1), NOW + DAY);
    expect(all.base.hashHex).toBe(remote.hashHex);
    expect([...all.currentHashes].sort()).toEqual(items.map((item) => item.storageHash));
    expect([...handOut(edited(all, 'b', 1n)).obsoleteHashes].sort()).toEqual(
      items.map((item) => item.storageHash)
    );
  });

  it('are forgotten a week after the last one, and deleted by nobody', () => {
    const some = receiveConfigs(NEW_CONFIG, items.slice(1), NOW);
    expect(receiveConfigs(some, [], NOW + 6 * DAY).parts).toHaveLength(1);
    const late = receiveConfigs(some, [], NOW + 8 * DAY);
    expect(late.parts).toEqual([]);
    expect(late.obsoleteHashes).toEqual([]);
  });

  it('with another count, or chunks that are not the whole, give nothing', () => {
    const [first, ...rest] = items as [(typeof items)[0], ...typeof items];
    const other = { ...first, opened: { ...first.opened, part: { ...first.opened.part, count: 9 } } };
    expect(receiveConfigs(NEW_CONFIG, [...rest, other], NOW).base).toBe(NEW_CONFIG.base);
    const chunk = first.opened.part.chunk.map((byte) => byte ^ 1);
    const broken = { ...first, opened: { ...first.opened, part: { ...first.opened.part, chunk } } };
    const state = receiveConfigs(NEW_CONFIG, [...rest, broken], NOW);
    expect(state).toMatchObject({ base: NEW_CONFIG.base, obsoleteHashes: [], currentHashes: [] });
    expect(receiveConfigs(state, items, NOW).base.hashHex).toBe(remote.hashHex);
  });
});

describe('the kept state', () => {
  it('is the state again', () => {
    const remote = pushed(edited(edited(NEW_CONFIG, 'n', text('A')), 's', [1n, text('e')]), 'r1');
    const parts = splitConfig(padConfig(new Uint8Array(300).fill(1)), 200).map(decodeConfigPart);
    let state = receiveConfigs(
      edited(edited(remote.state, 'c/\u00ff', 2n ** 62n), 's', null),
      [
        { storageHash: 'p1', opened: { kind: 'part', part: parts[1]!, isForeignForm: false } },
        { storageHash: 'x', opened: { kind: 'unreadable', reason: 'malformed' } }
      ],
      NOW
    );
    expect(decodeConfigState(encodeConfigState(state))).toEqual(state);
    expect(currentMessage(decodeConfigState(encodeConfigState(state))).bytes).toEqual(
      currentMessage(state).bytes
    );
    state = handOut(state).state;
    expect(decodeConfigState(encodeConfigState(state))).toEqual(state);
    const again = decodeConfigState(encodeConfigState(state));
    expect(again.data).toBe(again.base.data);
    expect(decodeConfigState(encodeConfigState(NEW_CONFIG))).toEqual(NEW_CONFIG);
  });

  it('that is damaged says so, so that nothing is written in its place', () => {
    const bytes = encodeConfigState(edited(NEW_CONFIG, 'n', 1n));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeConfigState(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ name: 'WireError' })
      );
    }
  });
});
