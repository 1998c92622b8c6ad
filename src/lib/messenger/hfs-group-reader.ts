// Opens what the slot of the device group holds (v2-forward-secrecy-and-pq.md §11.3, §12.2). The slot is written with the account's
// signature, but a service node can show anything and whoever holds the recovery phrase can store anything: each item is opened once,
// and only so many of them.
import { errorCode } from '../errors.ts';
import { bytesToHex } from '../bytes/index.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import {
  decodePayload,
  deriveRotatingKeys,
  HFS_SECONDS,
  namesAsRemoved,
  openGroupMessage,
  openLinkRequest,
  openPayload,
  type GroupMessage,
  type GroupPayload,
  type HfsSelf,
  type LinkRequest,
  type RotatingKeys,
  type SeenGroupMessage
} from '../hfs/index.ts';

/** What a node holds in the slot of the group. */
export interface GroupItem {
  readonly hash: string;
  readonly data: Uint8Array;
  /** When it was stored, as the node says. */
  readonly timestampMs?: number;
}

export interface ReadGroupMessage extends SeenGroupMessage {
  readonly hash: string;
  /** 32 bytes: requests to be taken in are sealed to it. */
  readonly linkKey: Uint8Array;
}

export interface ReadLinkRequest {
  readonly hash: string;
  readonly request: LinkRequest;
  readonly expiresSeconds: number;
}

export interface GroupReader {
  /** Whether an item was among those of the last look at all of them. */
  isKnown(hash: string): boolean;
  /** Messages of any group of the account among the items; the latest ones when there are very many. */
  messages(items: readonly GroupItem[], self: HfsSelf, nowSeconds: number): Promise<ReadGroupMessage[]>;
  /** Requests of this account's devices that are still open, latest first. */
  requests(items: readonly GroupItem[], self: HfsSelf, nowSeconds: number): Promise<ReadLinkRequest[]>;
}

/** Items looked at in one answer; a group in order has one or two. */
export const MAX_ITEMS_READ = 128;
/** Requests tried in one answer. */
const MAX_REQUESTS_TRIED = 32;
/** Requests to be shown at a time. */
export const MAX_OPEN_REQUESTS = 4;
/** A device may have read the group a while ago, and asks with the key that was active then. */
const LINK_KEY_AGE_SECONDS = 2 * HFS_SECONDS.rotatePeriod;
/** Clocks of honest devices, corrected by the network, differ by less. */
const CLOCK_TOLERANCE_SECONDS = 120;

const LETTER_G = 'G'.charCodeAt(0);
const LETTER_L = 'L'.charCodeAt(0);

/** What the bt dict `{"": "G", …}` and `{"": "L", …}` begin with: `d0:1:` and the letter. */
function letterOf({ data }: GroupItem): number | null {
  const prefix = [0x64, 0x30, 0x3a, 0x31, 0x3a];
  return prefix.every((byte, index) => data[index] === byte) ? (data[prefix.length] ?? null) : null;
}

/** An item that was opened; null: it is of no use. */
type Opened = Omit<ReadGroupMessage, 'storedSeconds'> | null;

export function createGroupReader(deps: { crypto: CryptoBackend; identity: Identity }): GroupReader {
  const { crypto, identity } = deps;
  /** Of the last look at everything. */
  let looked = new Set<string>();
  let openedFor = '';
  let opened = new Map<string, Opened>();
  let requestsFor = '';
  let requests = new Map<string, LinkRequest | null>();

  /** What was opened with other keys says nothing now. */
  function useKeysOf({ deviceId, payload }: HfsSelf): void {
    const device = bytesToHex(deviceId);
    if (device !== openedFor) opened = new Map();
    openedFor = device;
    const seeds = payload.seeds.map(({ seed }) => bytesToHex(seed)).join();
    if (seeds !== requestsFor) requests = new Map();
    requestsFor = seeds;
  }

  async function open(item: GroupItem, keys: readonly RotatingKeys[], self: HfsSelf): Promise<Opened> {
    const message = await orNull(openGroupMessage(crypto, item.data, identity));
    if (message === null) return null;
    const payload = await readPayload(message, keys);
    // Sealed to us, and nothing we can make sense of: as if it were not there.
    if (payload === 'malformed') return null;
    return {
      hash: item.hash,
      groupId: message.groupId,
      linkKey: message.linkKey,
      payload,
      namesUsAsRemoved: namesAsRemoved(message, identity, self.deviceId)
    };
  }

  async function readPayload(
    message: GroupMessage,
    keys: readonly RotatingKeys[]
  ): Promise<GroupPayload | 'malformed' | null> {
    try {
      const padded = await openPayload(crypto, message, keys);
      return padded && decodePayload(padded);
    } catch (error) {
      if (errorCode(error) === 'unexpected') throw error;
      return 'malformed';
    }
  }

  /** Keeps what is still there, and no more. */
  function trim<Value>(known: ReadonlyMap<string, Value>, items: readonly GroupItem[]): Map<string, Value> {
    const present = new Set(items.map(({ hash }) => hash));
    return new Map([...known].filter(([hash]) => present.has(hash)));
  }

  return {
    isKnown: (hash) => looked.has(hash),
    async messages(items, self, nowSeconds) {
      useKeysOf(self);
      const wanted = latest(items.filter((item) => letterOf(item) === LETTER_G)).slice(0, MAX_ITEMS_READ);
      opened = trim(opened, items);
      looked = new Set(items.map(({ hash }) => hash));
      const isNews = wanted.some(({ hash }) => !opened.has(hash));
      const keys = isNews
        ? await Promise.all(self.deviceSeeds.map(({ seed }) => deriveRotatingKeys(crypto, 'device', seed)))
        : [];
      try {
        for (const item of wanted) {
          if (!opened.has(item.hash)) opened.set(item.hash, await open(item, keys, self));
        }
      } finally {
        for (const pair of keys) pair.forget();
      }
      return wanted.flatMap((item) => {
        const message = opened.get(item.hash);
        const storedSeconds = Math.min(nowSeconds, Math.floor((item.timestampMs ?? 0) / 1000) || nowSeconds);
        return message ? [{ ...message, storedSeconds }] : [];
      });
    },
    async requests(items, self, nowSeconds) {
      useKeysOf(self);
      const wanted = latest(items.filter((item) => letterOf(item) === LETTER_L)).slice(0, MAX_REQUESTS_TRIED);
      requests = trim(requests, items);
      if (wanted.some(({ hash }) => !requests.has(hash))) {
        const recent = self.payload.seeds.filter(
          ({ rotatedSeconds }) =>
            rotatedSeconds === null || nowSeconds - rotatedSeconds < LINK_KEY_AGE_SECONDS
        );
        const pairs = await Promise.all(
          recent.map(({ seed }) => deriveRotatingKeys(crypto, 'account', seed))
        );
        const linkKeys = pairs.map(({ x25519SecretKey, publicKeys }) => ({
          secretKey: x25519SecretKey,
          publicKey: publicKeys.x25519
        }));
        try {
          for (const { hash, data } of wanted) {
            if (requests.has(hash)) continue;
            requests.set(hash, await orNull(openLinkRequest(crypto, data, identity, linkKeys)));
          }
        } finally {
          for (const pair of pairs) pair.forget();
        }
      }
      return wanted
        .flatMap(({ hash }): ReadLinkRequest[] => {
          const request = requests.get(hash);
          if (!request || !isOpen(request, nowSeconds)) return [];
          return [{ hash, request, expiresSeconds: request.record.activeSeconds + HFS_SECONDS.linkTtl }];
        })
        .slice(0, MAX_OPEN_REQUESTS);
    }
  };
}

function isOpen({ record }: LinkRequest, nowSeconds: number): boolean {
  const age = nowSeconds - record.activeSeconds;
  return age >= -CLOCK_TOLERANCE_SECONDS && age <= HFS_SECONDS.linkTtl;
}

/** Of one time the one the node names last. */
function latest(items: readonly GroupItem[]): GroupItem[] {
  return items.toReversed().sort((a, b) => (b.timestampMs ?? 0) - (a.timestampMs ?? 0));
}

/** null where bytes of somebody else cannot be read. */
async function orNull<Value>(opening: Promise<Value | null>): Promise<Value | null> {
  try {
    return await opening;
  } catch (error) {
    if (errorCode(error) === 'unexpected') throw error;
    return null;
  }
}
