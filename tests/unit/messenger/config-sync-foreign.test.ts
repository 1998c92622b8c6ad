// Documents as other clients left them: taken in, edited, and otherwise left as they were.
import { describe, expect, test } from 'vitest';
import {
  accountDictKey,
  dictAt,
  editContact,
  editConvo,
  EMPTY_DICT,
  encodeConfigMessage,
  equalValues,
  isConfigDict,
  readContactConvos,
  withValue,
  type ConfigDict,
  type ConfigKind,
  type ConfigMessage,
  type ConfigPath
} from '../../../src/lib/config/index.ts';
import { sortAfterTime } from '../../../src/lib/storage/index.ts';
import { createConfigDevice, createConfigSwarm, leaveConfig } from '../../support/config-device.ts';
import { OTHER_ID, START_MS, THIRD_ID } from '../../support/storage-device.ts';
import { configVector, messageOf, type PushVector } from '../config/config-vectors.ts';
import {
  own,
  text,
  contactOf,
  versionOf,
  conversations,
  idOf,
  rename,
  setUp
} from '../../support/config-story.ts';

/** Paths of the leaves in which two documents differ; Account IDs as `id`. */
function differences(a: ConfigDict, b: ConfigDict, path: ConfigPath = []): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const [left, right] = [a.get(key), b.get(key)];
    if (equalValues(left, right)) return [];
    const here = [...path, key.length === 33 ? 'id' : key];
    if (isConfigDict(left) && isConfigDict(right)) return differences(left, right, here);
    return [here.join('/')];
  });
}

/** Things of other versions, outermost, in every entry, and beside the data. */
function withStrangeThings(message: ConfigMessage): ConfigMessage {
  let { data } = message;
  const entries = [...data].flatMap(([top, value]) =>
    isConfigDict(value) ? [...value].flatMap(([key, entry]) => (isConfigDict(entry) ? [[top, key]] : [])) : []
  );
  for (const path of [[], ...entries]) {
    data = withValue(data, [...path, 'Zz'], 9_007_199_254_740_993n);
    data = withValue(data, [...path, 'zd'], new Map([['deep', new Map([['er', Uint8Array.of(0, 255)]])]]));
    data = withValue(data, [...path, 'zs'], [1n, text('two')]);
  }
  return encodeConfigMessage({ ...message, data, unknown: new Map([['+x', [1n]]]) });
}

describe('documents as other clients left them', () => {
  const sources: [string, ConfigKind][] = [
    ['user-profile-conflict', 'user-profile'],
    ['contacts-sequence', 'contacts'],
    ['contacts-conflict', 'contacts'],
    ['convo-volatile-basic', 'convo-info-volatile'],
    ['user-groups-basic', 'user-groups']
  ];
  const documents = sources.flatMap(([id, kind]) =>
    Object.entries(configVector<Record<string, unknown>>(id))
      .filter((entry): entry is [string, PushVector] => Object(entry[1]).plaintext_bencode_hex !== undefined)
      .map(([field, push]) => [`${id} ${field}`, kind, messageOf(push)] as const)
      .filter(([, , message]) => message.seqno > 0)
  );

  /** Which leaves the commands below touch. */
  const touched: Record<ConfigKind, RegExp> = {
    'user-profile': /^(n|t|e|\+)$/,
    contacts: /^c\/id\/(N|\+|b|e|E|a|!|@)$/,
    'convo-info-volatile': /^1\/id\/(r|u)$|^1\/id$/,
    'user-groups': /^$/
  };

  test('there are some of each kind', () => {
    expect(new Set(documents.map(([, kind]) => kind)).size).toBe(4);
    expect(documents.length).toBeGreaterThan(8);
  });

  test.each(documents)('%s keeps every key that was not edited', async (_, kind, vector) => {
    const left = withStrangeThings(vector);
    const swarm = createConfigSwarm(own);
    leaveConfig(swarm, own, kind, left);
    if (kind === 'convo-info-volatile') {
      let known: ConfigDict = EMPTY_DICT;
      for (const accountId of readContactConvos(left.data).keys())
        known = editContact(known, contactOf(accountId), { name: 'Known', isApproved: true });
      leaveConfig(swarm, own, 'contacts', versionOf(known));
    }
    const device = await createConfigDevice(own, swarm, { displayName: 'Ana' });
    await device.pushAll();
    // Looking at it, at whatever else there is, and taking it in changes nothing.
    if (kind !== 'user-profile')
      expect((await device.stored(kind)).map(({ hashHex }) => hashHex)).toEqual([left.hashHex]);
    await rename(device, 'Renamed');
    const shown = await conversations(device);
    for (const [index, { id }] of shown.entries()) {
      await device.commands.setNickname(id, `Nick ${index}`);
      await device.commands.pin(id, index === 0);
      await device.commands.block(id, index % 2 === 0);
      await device.commands.setTimer(id, 'after-send', 7200);
      await device.commands.mute(id, START_MS + 3_600_000);
      await device.commands.setNotify(id, 'none');
      await device.commands.markUnread(id);
      await device.commands.markRead(id, sortAfterTime(START_MS));
    }
    await device.pushAll();
    const [message, ...others] = await device.stored(kind);
    expect(others).toEqual([]);
    const changed = differences(left.data, message!.data);
    for (const path of changed) expect(path).toMatch(touched[kind]);
    if (kind !== 'user-groups') expect(message!.seqno).toBeGreaterThan(left.seqno);
    if (kind === 'contacts') expect(changed).toContain('c/id/N');
    expect(message!.unknown).toEqual(left.unknown);
    for (const entry of message!.lagged.filter(({ seqno }) => seqno < left.seqno)) {
      expect(left.lagged.map(({ hashHex }) => hashHex)).toContain(entry.hashHex);
    }
  });

  test('positions of reading far back are not written by us, and go when they are old', async () => {
    const old = START_MS - 50 * 86_400_000;
    let data = editConvo(EMPTY_DICT, { kind: 'contact', accountId: THIRD_ID }, { lastReadMs: old }, old);
    data = editConvo(data, { kind: 'contact', accountId: OTHER_ID }, { lastReadMs: START_MS - 1 }, START_MS);
    const { swarm, device } = await setUp();
    leaveConfig(swarm, own, 'convo-info-volatile', versionOf(data));
    await device.poll();
    await device.commands.markUnread(await idOf(device, OTHER_ID));
    await device.pushAll();
    const [message] = await device.stored('convo-info-volatile');
    expect([...dictAt(message!.data, ['1']).keys()]).toEqual([accountDictKey(OTHER_ID)]);
  });
});
