// The rows of the Exposure screen: what each party learns, from whom the network layer was really in touch with and what the
// person has chosen. Pure, so that a change can be looked at before it is made.
import type { SettingsView } from '../storage/views.ts';
import type { Exposure, NodePart } from '../worker/protocol.ts';

export const EXPOSURE_COLUMNS = ['ip', 'accountId', 'contacts', 'timing', 'content'] as const;
export type ExposureColumn = (typeof EXPOSURE_COLUMNS)[number];

/** Learns it, learns part of it, does not learn it. */
export type ExposureMark = 'yes' | 'part' | 'no';

/** What stands beside a mark; the catalogue has the words. */
export type CellWord =
  | 'yes'
  | 'no'
  | 'ifReached'
  | 'timesAndSizes'
  | 'sizes'
  | 'times'
  | 'whenLoading'
  | 'whenYouPress'
  | 'asFilesCome'
  | 'receivers'
  | 'hashOfName'
  | 'sending'
  | 'sendingAndReading'
  | 'sendingAndTyping'
  | 'sendingReadingTyping'
  | 'names'
  | 'beginnings'
  | 'whatYouSend'
  | 'counts';

export interface ExposureCell {
  readonly mark: ExposureMark;
  readonly word: CellWord;
}

export type Party =
  | 'host'
  | 'relay'
  | 'entry'
  | 'nodes'
  | 'own-swarm'
  | 'other-swarm'
  | 'names'
  | 'file-server'
  | 'people'
  | 'notifications'
  | 'device';

/** One node, gateway or server, in one part. */
export interface Reached {
  /** Ed25519 key of a node; the host of anything else. */
  readonly key: string;
  readonly address: string | null;
  readonly part: NodePart | null;
  readonly count: number;
  /** Besides, those that did not get there, as the stop before said. */
  readonly lost: number;
  /** Device time. */
  readonly lastAtMs: number;
}

export interface ExposureRow {
  /** Unique among the rows. */
  readonly id: string;
  readonly party: Party;
  /** Host of a party that is one machine; null for the others. */
  readonly host: string | null;
  readonly reached: readonly Reached[];
  /** Members of the own swarm, asked or not; null in other rows. */
  readonly members: number | null;
  readonly cells: Readonly<Record<ExposureColumn, ExposureCell>>;
}

/** What the person decides, as far as a row depends on it. */
export interface ExposureChoices {
  readonly settings: SettingsView;
  /** A passphrase or a passkey opens this profile. */
  readonly hasLock: boolean;
  /** Chats whose files load by themselves. */
  readonly loadingChats: number;
}

const NO: ExposureCell = { mark: 'no', word: 'no' };
const YES: ExposureCell = { mark: 'yes', word: 'yes' };
const yes = (word: CellWord): ExposureCell => ({ mark: 'yes', word });
const part = (word: CellWord): ExposureCell => ({ mark: 'part', word });

type Cells = Partial<Record<ExposureColumn, ExposureCell>>;

function row(id: string, party: Party, cells: Cells, more: Partial<ExposureRow> = {}): ExposureRow {
  return {
    id,
    party,
    host: null,
    reached: [],
    members: null,
    cells: { ip: NO, accountId: NO, contacts: NO, timing: NO, content: NO, ...cells },
    ...more
  };
}

/**
 * All rows, from the nearest party to the farthest.
 * @param facts null while no engine runs: then only what holds without a network stands there
 * @param appHost where the page was loaded from
 */
export function exposureRows(
  facts: Exposure | null,
  appHost: string,
  choices: ExposureChoices
): ExposureRow[] {
  return [
    row('host', 'host', { ip: YES, timing: part('whenLoading') }, { host: appHost }),
    ...relayRows(facts),
    ...nodeRows(facts),
    ...fileServerRows(facts, choices),
    row('people', 'people', {
      accountId: YES,
      timing: peopleTiming(choices.settings),
      content: yes('whatYouSend')
    }),
    ...notificationRows(choices.settings),
    deviceRow(choices.hasLock)
  ];
}

function relayRows(facts: Exposure | null): ExposureRow[] {
  return (facts?.gateways ?? []).map(({ origin, answered, count, lastAtMs }) => {
    const host = hostOf(origin);
    const reached = {
      key: host,
      address: host,
      part: null,
      count: answered,
      lost: count - answered,
      lastAtMs
    };
    const isReached = answered > 0;
    return row(
      `relay ${host}`,
      'relay',
      {
        ip: isReached ? YES : part('ifReached'),
        timing: isReached ? yes('timesAndSizes') : part('ifReached')
      },
      { host, reached: [reached] }
    );
  });
}

/** Which parts make up a row, and what such a node learns. */
const NODE_ROWS: readonly { party: Party; parts: readonly NodePart[]; cells: Cells }[] = [
  { party: 'entry', parts: ['entry'], cells: { timing: part('sizes') } },
  { party: 'nodes', parts: ['middle', 'last', 'network'], cells: { timing: part('sizes') } },
  { party: 'own-swarm', parts: ['own-swarm'], cells: { accountId: YES, timing: yes('timesAndSizes') } },
  {
    party: 'other-swarm',
    parts: ['other-swarm'],
    cells: { contacts: part('receivers'), timing: part('timesAndSizes') }
  },
  { party: 'names', parts: ['names'], cells: { contacts: part('hashOfName'), timing: part('times') } }
];

function nodeRows(facts: Exposure | null): ExposureRow[] {
  return NODE_ROWS.flatMap(({ party, parts, cells }) => {
    const reached = (facts?.nodes ?? []).flatMap((node) =>
      parts.flatMap((name): Reached[] => {
        const contact = node.parts[name];
        if (!contact) return [];
        return [{ ...contact, key: node.ed25519PublicKeyHex, address: node.ip, part: name }];
      })
    );
    if (reached.length === 0) return [];
    const members = party === 'own-swarm' ? (facts?.ownSwarmSize ?? null) : null;
    return [row(party, party, cells, { reached, members })];
  });
}

function fileServerRows(facts: Exposure | null, { loadingChats }: ExposureChoices): ExposureRow[] {
  const timing = loadingChats > 0 ? yes('asFilesCome') : part('whenYouPress');
  const rows = (facts?.servers ?? []).map(({ host, count, lost, lastAtMs }) =>
    row(
      `file-server ${host}`,
      'file-server',
      { timing },
      { host, reached: [{ key: host, address: host, part: null, count, lost, lastAtMs }] }
    )
  );
  // Nothing was loaded yet, and the next file that comes will be.
  if (rows.length === 0 && loadingChats > 0) rows.push(row('file-server', 'file-server', { timing }));
  return rows;
}

function peopleTiming({ readReceipts, typingIndicators }: SettingsView): ExposureCell {
  if (readReceipts && typingIndicators) return yes('sendingReadingTyping');
  if (readReceipts) return yes('sendingAndReading');
  if (typingIndicators) return yes('sendingAndTyping');
  return part('sending');
}

function notificationRows({ notifications, notificationContent }: SettingsView): ExposureRow[] {
  if (!notifications) return [];
  const names = notificationContent === 'neither' ? NO : yes('names');
  const content = notificationContent === 'name-and-text' ? part('beginnings') : NO;
  return [row('notifications', 'notifications', { contacts: names, timing: yes('times'), content })];
}

function deviceRow(hasLock: boolean): ExposureRow {
  return hasLock
    ? row('device', 'device', { timing: part('counts') })
    : row('device', 'device', { accountId: YES, contacts: YES, timing: YES, content: YES });
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : origin;
}

/** A row beside what it would become. */
export interface ComparedRow {
  /** As it would be; as it is, where it would go. */
  readonly row: ExposureRow;
  readonly change: 'same' | 'changed' | 'added' | 'gone';
  /** Cells that would be others, as they are. */
  readonly former: Partial<Record<ExposureColumn, ExposureCell>>;
}

/** The rows as they would be, those that would go at their place. */
export function compareRows(now: readonly ExposureRow[], then: readonly ExposureRow[]): ComparedRow[] {
  const before = new Map(now.map((one) => [one.id, one]));
  const after = new Set(then.map(({ id }) => id));
  const compared = then.map((one): ComparedRow => {
    const was = before.get(one.id);
    if (!was) return { row: one, change: 'added', former: {} };
    const former = Object.fromEntries(
      EXPOSURE_COLUMNS.filter((column) => was.cells[column].word !== one.cells[column].word).map((column) => [
        column,
        was.cells[column]
      ])
    );
    return { row: one, change: Object.keys(former).length > 0 ? 'changed' : 'same', former };
  });
  for (const [index, one] of now.entries()) {
    if (!after.has(one.id)) compared.splice(index, 0, { row: one, change: 'gone', former: {} });
  }
  return compared;
}

const changedRows = (now: readonly ExposureRow[], then: readonly ExposureRow[]): ComparedRow[] =>
  compareRows(now, then).filter(({ change }) => change !== 'same');

/**
 * The rows that a change of settings would change, whatever the network layer has been in touch with: what it notes depends on
 * no setting.
 * @returns none where the change may be made without asking
 */
export function rowsChangedBy(settings: SettingsView, part: Partial<SettingsView>): ComparedRow[] {
  const choices = { settings, hasLock: false, loadingChats: 0 };
  const then = { ...choices, settings: { ...settings, ...part } };
  return changedRows(exposureRows(null, '', choices), exposureRows(null, '', then));
}

/**
 * The rows that change when files load by themselves in another number of chats.
 * @param facts null while no engine runs
 * @returns none where the switch may be turned without asking
 */
export function rowsChangedByLoading(
  facts: Exposure | null,
  settings: SettingsView,
  chatsNow: number,
  chatsThen: number
): ComparedRow[] {
  const rowsWith = (loadingChats: number) =>
    exposureRows(facts, '', { settings, hasLock: false, loadingChats });
  return changedRows(rowsWith(chatsNow), rowsWith(chatsThen));
}

/** The rows that setting the first lock changes, or removing the last. */
export function rowsChangedByLock(settings: SettingsView, hasLock: boolean): ComparedRow[] {
  const rowsWith = (locked: boolean) =>
    exposureRows(null, '', { settings, hasLock: locked, loadingChats: 0 });
  return changedRows(rowsWith(hasLock), rowsWith(!hasLock));
}
