// Some pairs of the captured run were left out. Before a pair is performed, its swarm is brought into the state that
// the captured answer shows: messages it names are there with the expiry it gives, and none that it should have named
// and did not. Nothing is done where the run so far has led to that state by itself.
import { base64ToBytes, hexToBytes } from '../../../../src/lib/bytes/index.ts';
import type { MessageStore, NewMessage } from '../../../../localnet/storage/message-store.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../src/lib/wire/index.ts';
import { answerOf, rpcOf, type CapturedPair } from './capture-file.ts';

const DAY_MS = 86_400_000;

interface Scene {
  readonly stores: readonly MessageStore[];
  readonly account: Uint8Array;
  readonly nowMs: number;
  readonly params: JsonObject;
}

type Item = ReturnType<MessageStore['list']>[number];

function held(store: MessageStore, scene: Scene): Item[] {
  return store.list(scene.account);
}

function replaceAll(store: MessageStore, scene: Scene, items: readonly Omit<NewMessage, 'account'>[]): void {
  store.deleteAll(scene.account, 'all');
  for (const item of items) store.insert({ ...item, account: scene.account });
}

/** A message of which only the hash is known. */
function unknownMessage(scene: Scene, hash: string, namespace: number, expiryMs: number): Item {
  return { hash, namespace, timestampMs: scene.nowMs, expiryMs, data: new Uint8Array([1]) };
}

function ensure(scene: Scene, hash: string, namespace: number, expiryMs?: number): void {
  for (const store of scene.stores) {
    const current = store.expiryOf(scene.account, hash);
    if (current === null) {
      const item = unknownMessage(scene, hash, namespace, expiryMs ?? scene.nowMs + 14 * DAY_MS);
      store.insert({ ...item, account: scene.account });
    } else if (expiryMs !== undefined && current !== expiryMs) {
      store.setExpiry(scene.account, hash, expiryMs);
    }
  }
}

function remove(scene: Scene, hashes: readonly string[]): void {
  if (hashes.length > 0) for (const store of scene.stores) store.delete(scene.account, hashes);
}

function textList(value: JsonValue | undefined): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}

/** What a `retrieve` answer lists comes first in its namespace, and is all of it unless there is more. */
function arrangeRetrieve(scene: Scene, answer: JsonObject): void {
  const namespace = Number(scene.params['namespace'] ?? 0);
  const messages = (answer['messages'] as JsonObject[]).map((message) => ({
    hash: String(message['hash']),
    namespace,
    timestampMs: Number(message['timestamp']),
    expiryMs: Number(message['expiration']),
    data: base64ToBytes(String(message['data']))
  }));
  const after = scene.params['last_hash'];
  for (const store of scene.stores) {
    const others = held(store, scene).filter((item) => item.namespace !== namespace);
    const mine = held(store, scene).filter((item) => item.namespace === namespace);
    const cursor = typeof after === 'string' ? mine.findIndex((item) => item.hash === after) : -1;
    const before = mine.slice(0, cursor + 1);
    const named = new Set(messages.map((message) => message.hash));
    const rest = mine.slice(cursor + 1).filter((item) => !named.has(item.hash));
    const filler = unknownMessage(scene, 'f'.repeat(43), namespace, scene.nowMs + DAY_MS);
    const left = answer['more'] ? (rest.length > 0 ? rest : [filler]) : [];
    const wanted = [...before, ...messages, ...left];
    const isSame = mine.length === wanted.length && mine.every((item, i) => isEqual(item, wanted[i]));
    if (!isSame) replaceAll(store, scene, [...others, ...wanted]);
  }
}

function isEqual(a: Item, b: Item | undefined): boolean {
  return b !== undefined && a.hash === b.hash && a.expiryMs === b.expiryMs && a.timestampMs === b.timestampMs;
}

/** `deleted` or `updated` of an answer with hashes by namespace. */
function byNamespace(value: JsonValue | undefined, namespace: JsonValue | undefined): Map<string, number> {
  const result = new Map<string, number>();
  if (isJsonObject(value)) {
    for (const [name, hashes] of Object.entries(value)) {
      for (const hash of textList(hashes)) result.set(hash, Number(name));
    }
  } else {
    for (const hash of textList(value)) result.set(hash, Number(namespace ?? 0));
  }
  return result;
}

/** Methods that act on everything in a namespace: exactly the named messages are the ones they act on. */
function arrangeWhole(scene: Scene, named: Map<string, number>, concerns: (item: Item) => boolean): void {
  const { namespace = 0 } = scene.params;
  for (const [hash, space] of named) ensure(scene, hash, space);
  for (const store of scene.stores) {
    const wrong = held(store, scene).filter(
      (item) =>
        (namespace === 'all' || item.namespace === namespace) && concerns(item) !== named.has(item.hash)
    );
    for (const item of wrong) {
      if (named.has(item.hash)) store.setExpiry(scene.account, item.hash, scene.nowMs + 30 * DAY_MS);
      else store.delete(scene.account, [item.hash]);
    }
  }
}

function arrangeExpire(scene: Scene, entry: JsonObject): void {
  const updated = textList(entry['updated']);
  const unchanged = isJsonObject(entry['unchanged']) ? entry['unchanged'] : {};
  const requested = textList(scene.params['messages']);
  remove(
    scene,
    requested.filter((hash) => !updated.includes(hash) && !Object.hasOwn(unchanged, hash))
  );
  for (const hash of Object.keys(unchanged)) ensure(scene, hash, 0, Number(unchanged[hash]));
  const expiries = scene.params['expiry'];
  updated.forEach((hash) => {
    const position = requested.indexOf(hash);
    const wanted = Number(Array.isArray(expiries) ? (expiries[position] ?? expiries[0]) : expiries);
    if (scene.params['extend'] === true) ensure(scene, hash, 0, Math.min(wanted, scene.nowMs + DAY_MS) - 1);
    else if (scene.params['shorten'] === true) ensure(scene, hash, 0, wanted + DAY_MS);
    else ensure(scene, hash, 0);
  });
}

function arrangeMember(method: string, scene: Scene, entry: JsonObject, answer: JsonObject): void {
  const deleted = textList(entry['deleted']);
  const { params } = scene;
  switch (method) {
    case 'store': {
      const hash = String(answer['hash']);
      if (entry['already'] !== true) remove(scene, [hash]);
      else ensure(scene, hash, Number(params['namespace'] ?? 0), Number(entry['expiry']));
      return;
    }
    case 'delete':
      for (const hash of deleted) ensure(scene, hash, 0);
      remove(
        scene,
        textList(params['messages']).filter((hash) => !deleted.includes(hash))
      );
      return;
    case 'delete_all':
      return arrangeWhole(scene, byNamespace(entry['deleted'], params['namespace']), () => true);
    case 'delete_before':
      return arrangeWhole(
        scene,
        byNamespace(entry['deleted'], params['namespace']),
        (item) => item.timestampMs <= Number(params['before'])
      );
    case 'expire_all':
      return arrangeWhole(
        scene,
        byNamespace(entry['updated'], params['namespace']),
        (item) => item.expiryMs > Number(params['expiry'])
      );
    case 'expire':
      return arrangeExpire(scene, entry);
    case 'unrevoke_subaccount': {
      const tokens = textList(params['unrevoke']).map((token) =>
        token.length === 72 ? hexToBytes(token) : base64ToBytes(token)
      );
      for (const store of scene.stores) {
        store.unrevoke(scene.account, tokens);
        store.revoke(scene.account, tokens.slice(0, Number(entry['count'])), scene.nowMs);
      }
    }
  }
}

function arrangeCall(
  method: string,
  params: JsonObject,
  answer: JsonValue | undefined,
  nowMs: number,
  storesOf: (accountHex: string) => readonly MessageStore[]
): void {
  if (!isJsonObject(answer)) return;
  if (method === 'batch' || method === 'sequence') {
    const results = answer['results'] as JsonObject[];
    results.forEach((result, index) => {
      const sub = (params['requests'] as JsonObject[])[index] as JsonObject;
      arrangeCall(String(sub['method']), sub['params'] as JsonObject, result['body'], nowMs, storesOf);
    });
    return;
  }
  const accountHex = params['pubkey'] ?? params['pubKey'];
  if (typeof accountHex !== 'string' || accountHex.length !== 66) return;
  const scene = { stores: storesOf(accountHex), account: hexToBytes(accountHex), nowMs, params };
  if (Array.isArray(answer['messages'])) arrangeRetrieve(scene, answer);
  const { expiries, swarm } = answer;
  if (isJsonObject(expiries)) {
    const missing = textList(params['messages']).filter((hash) => !Object.hasOwn(expiries, hash));
    remove(scene, missing);
    for (const [hash, expiry] of Object.entries(expiries)) ensure(scene, hash, 0, Number(expiry));
  }
  const entries = isJsonObject(swarm) ? Object.values(swarm).filter(isJsonObject) : [];
  const whole = entries.find((entry) => entry['failed'] !== true);
  if (whole) arrangeMember(method, scene, whole, answer);
}

/** Brings the swarm of a pair into the state its answer shows. */
export function arrange(
  pair: CapturedPair,
  nowMs: number,
  storesOf: (accountHex: string) => readonly MessageStore[]
): void {
  const rpc = rpcOf(pair);
  const { status, body } = answerOf(pair);
  if (rpc && (status === 200 || status === 404)) arrangeCall(rpc.method, rpc.params, body, nowMs, storesOf);
}
