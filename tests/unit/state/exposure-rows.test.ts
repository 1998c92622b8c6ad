import { describe, expect, it } from 'vitest';
import { CARE_SWITCHES, carefulChange, carelessSwitches } from '../../../src/lib/state/careful.ts';
import {
  compareRows,
  EXPOSURE_COLUMNS,
  exposureRows,
  rowsChangedBy,
  rowsChangedByLoading,
  rowsChangedByLock,
  type ExposureChoices
} from '../../../src/lib/state/exposure-rows.ts';
import { DEFAULT_SETTINGS, type SettingsView } from '../../../src/lib/storage/index.ts';
import type { Exposure } from '../../../src/lib/worker/protocol.ts';

const contact = { count: 2, lost: 0, lastAtMs: 5 };
const node = (key: string, parts: Exposure['nodes'][number]['parts']) => ({
  ed25519PublicKeyHex: key.repeat(64),
  ip: `198.51.100.${key}`,
  parts
});
const FACTS: Exposure = {
  sinceMs: 1,
  gateways: [
    { origin: 'https://relay.example', count: 9, answered: 9, lost: 0, lastAtMs: 5 },
    { origin: 'https://silent.example', count: 1, answered: 0, lost: 0, lastAtMs: 5 }
  ],
  nodes: [
    node('1', { entry: contact, middle: contact }),
    node('2', { last: contact, 'own-swarm': contact }),
    node('3', { 'other-swarm': contact }),
    node('4', { names: contact })
  ],
  servers: [{ host: 'files.example', ...contact }],
  ownSwarmSize: 7
};
const choices = (
  settings: Partial<SettingsView> = {},
  more: Partial<ExposureChoices> = {}
): ExposureChoices => ({
  settings: { ...DEFAULT_SETTINGS, ...settings },
  hasLock: false,
  loadingChats: 0,
  ...more
});
const rowsOf = (
  settings?: Partial<SettingsView>,
  more?: Partial<ExposureChoices>,
  facts: Exposure | null = FACTS
) => exposureRows(facts, 'app.example', choices(settings, more));
const cellsOf = (id: string, rows = rowsOf()) => {
  const cells = rows.find((row) => row.id === id)?.cells;
  return cells && EXPOSURE_COLUMNS.map((column) => cells[column].mark);
};

describe('the rows of Exposure', () => {
  it('hold every party that was in touch, from near to far, and say what each learns', () => {
    expect(rowsOf().map(({ id }) => id)).toEqual([
      'host',
      'relay relay.example',
      'relay silent.example',
      'entry',
      'nodes',
      'own-swarm',
      'other-swarm',
      'names',
      'file-server files.example',
      'people',
      'device'
    ]);
    expect(cellsOf('relay relay.example')).toEqual(['yes', 'no', 'no', 'yes', 'no']);
    expect(cellsOf('relay silent.example')).toEqual(['part', 'no', 'no', 'part', 'no']);
    expect(cellsOf('entry')).toEqual(['no', 'no', 'no', 'part', 'no']);
    expect(cellsOf('own-swarm')).toEqual(['no', 'yes', 'no', 'yes', 'no']);
    expect(cellsOf('people')).toEqual(['no', 'yes', 'no', 'part', 'yes']);
  });

  it('put a node into each row whose part it had', () => {
    const rows = rowsOf();
    const machines = (id: string) => rows.find((row) => row.id === id)?.reached.map(({ address }) => address);
    expect(machines('entry')).toEqual(['198.51.100.1']);
    expect(machines('nodes')).toEqual(['198.51.100.1', '198.51.100.2']);
    expect(machines('own-swarm')).toEqual(['198.51.100.2']);
    expect(rows.find((row) => row.id === 'own-swarm')?.members).toBe(7);
  });

  it('claim no connection while no engine runs', () => {
    expect(rowsOf({}, {}, null).map(({ id }) => id)).toEqual(['host', 'people', 'device']);
  });

  it('no party but the host and a relay ever learns the IP address', () => {
    const everything = rowsOf({
      readReceipts: true,
      typingIndicators: true,
      notifications: true,
      notificationContent: 'name-and-text'
    });
    const knowing = everything.filter((row) => row.cells.ip.mark !== 'no').map(({ party }) => party);
    expect(new Set(knowing)).toEqual(new Set(['host', 'relay']));
  });

  it('of this device are closed by a lock alone', () => {
    expect(cellsOf('device')).toEqual(['no', 'yes', 'yes', 'yes', 'yes']);
    expect(cellsOf('device', rowsOf({}, { hasLock: true }))).toEqual(['no', 'no', 'no', 'part', 'no']);
  });
});

describe('a change that is only looked at', () => {
  const changes = (
    settings: Partial<SettingsView>,
    before: Partial<SettingsView> = {},
    more?: Partial<ExposureChoices>
  ) =>
    compareRows(rowsOf(before), rowsOf({ ...before, ...settings }, more))
      .filter(({ change }) => change !== 'same')
      .map(({ row, change, former }) => [row.id, change, Object.keys(former)]);

  it('names the cells that would be others', () => {
    expect(changes({ readReceipts: true })).toEqual([['people', 'changed', ['timing']]]);
    expect(changes({ notificationContent: 'name-and-text' }, { notifications: true })).toEqual([
      ['notifications', 'changed', ['contacts', 'content']]
    ]);
    expect(changes({}, {}, { loadingChats: 2 })).toEqual([
      ['file-server files.example', 'changed', ['timing']]
    ]);
  });

  it('names rows that would come and go', () => {
    expect(changes({ notifications: true })).toEqual([['notifications', 'added', []]]);
    expect(changes({ notifications: false }, { notifications: true })).toEqual([
      ['notifications', 'gone', []]
    ]);
  });

  it('is none where no row depends on it', () => {
    expect(changes({ reachableBy: 'people-i-wrote-first' })).toEqual([]);
  });

  it('keeps the order, with what would go at its place', () => {
    const compared = compareRows(rowsOf({ notifications: true }), rowsOf());
    expect(compared.map(({ row }) => row.id)).toEqual(rowsOf({ notifications: true }).map(({ id }) => id));
  });
});

describe('the switches of the check-up', () => {
  it('stand where their setting stands, both ways', () => {
    for (const one of CARE_SWITCHES) {
      for (const on of [true, false]) {
        expect(one.isOn({ ...DEFAULT_SETTINGS, ...one.change(on) }), one.name).toBe(on);
      }
    }
  });

  it('are all careful once the preset has made them so', () => {
    const careless: SettingsView = {
      ...DEFAULT_SETTINGS,
      ...Object.assign({}, ...CARE_SWITCHES.map((one) => one.change(!one.careful)))
    };
    const switches = carelessSwitches(careless);
    expect(switches).toHaveLength(CARE_SWITCHES.length);
    expect(carelessSwitches({ ...careless, ...carefulChange(switches) })).toEqual([]);
  });

  it('count a lock after five minutes or sooner as careful, and one that never comes as careless', () => {
    const careless = (lockAfterMinutes: number) =>
      carelessSwitches({ ...DEFAULT_SETTINGS, lockAfterMinutes }).some(({ name }) => name === 'lockSoon');
    expect([0, 1, 5, 15].map(careless)).toEqual([true, false, false, true]);
  });
});

describe('a switch outside the Exposure screen', () => {
  const settings = { ...DEFAULT_SETTINGS, notifications: false, notificationContent: 'neither' as const };
  const changed = (part: Partial<SettingsView>, now: SettingsView = settings) =>
    rowsChangedBy(now, part).map(({ row, change }) => `${row.party} ${change}`);

  it('changes the rows that depend on it, and no other', () => {
    expect(changed({ readReceipts: true })).toEqual(['people changed']);
    expect(changed({ typingIndicators: true })).toEqual(['people changed']);
    expect(changed({ notifications: true })).toEqual(['notifications added']);
    const shown = { ...settings, notifications: true };
    expect(changed({ notifications: false }, shown)).toEqual(['notifications gone']);
    expect(changed({ notificationContent: 'name' }, shown)).toEqual(['notifications changed']);
  });

  it('that changes no row asks nothing', () => {
    expect(changed({ readReceipts: settings.readReceipts })).toEqual([]);
    expect(changed({ notificationContent: 'name' })).toEqual([]);
    expect(changed({ reachableBy: 'people-i-wrote-first' })).toEqual([]);
    expect(changed({ blurWhenHidden: true })).toEqual([]);
  });
});

describe('files that load by themselves', () => {
  const changed = (facts: Exposure | null, now: number, then: number) =>
    rowsChangedByLoading(facts, DEFAULT_SETTINGS, now, then).map(({ row, change }) => `${row.id} ${change}`);

  it('change what the file server learns with the first chat and the last, and nothing in between', () => {
    expect(changed(FACTS, 0, 1)).toEqual(['file-server files.example changed']);
    expect(changed(FACTS, 1, 0)).toEqual(['file-server files.example changed']);
    expect(changed(FACTS, 1, 2)).toEqual([]);
  });

  it('add a row where no file server was asked yet', () => {
    expect(changed(null, 0, 1)).toEqual(['file-server added']);
    expect(changed({ ...FACTS, servers: [] }, 1, 0)).toEqual(['file-server gone']);
  });
});

describe('a lock', () => {
  it('changes what who takes the device learns, in everything but the address', () => {
    const [first, ...rest] = rowsChangedByLock(DEFAULT_SETTINGS, false);
    expect(rest).toEqual([]);
    expect(first?.row.id).toBe('device');
    expect(Object.keys(first?.former ?? {})).toEqual(['accountId', 'contacts', 'timing', 'content']);
    expect(first?.row.cells.content.mark).toBe('no');
  });

  it('gives it all back when the last one goes', () => {
    const [only] = rowsChangedByLock(DEFAULT_SETTINGS, true);
    expect(only?.row.cells.content.mark).toBe('yes');
    expect(only?.former.content?.mark).toBe('no');
  });
});
