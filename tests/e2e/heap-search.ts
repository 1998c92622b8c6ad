// Looks through the memory of a page and of its worker by DevTools: every string of a heap snapshot, the bytes that an object, a list
// or a map which is alive holds, and every key object, which gives no bytes away but shows what it opens. Best effort: bytes that a
// function alone holds, what the collector has freed, and what the browser holds outside of JavaScript are not seen.
import type { CDPSession, Page } from '@playwright/test';

export interface HeapFindings {
  /** Contexts that were searched: `page`, and `worker` for each dedicated worker. */
  readonly places: readonly string[];
  /** What was found, as `place: what`. */
  readonly found: readonly string[];
}

type Send = (method: string, parameters?: object) => Promise<Record<string, unknown>>;

interface Place {
  readonly name: string;
  readonly send: Send;
  readonly onEvent: (listener: (method: string, parameters: Record<string, unknown>) => void) => void;
}

/** Bytes that are looked for under a name: as they are, and written out in hex or base64 in any string. */
export interface SoughtBytes {
  readonly name: string;
  readonly hex: string;
}

/** @param texts looked for in any string */
export async function searchHeap(
  page: Page,
  texts: readonly string[],
  secrets: readonly SoughtBytes[] = []
): Promise<HeapFindings> {
  const session = await page.context().newCDPSession(page);
  const workers = await attachToWorkers(session);
  const places = [ofPage(session), ...workers];
  const found: string[] = [];
  for (const place of places) {
    for (const what of await searchPlace(place, texts, secrets)) found.push(`${place.name}: ${what}`);
  }
  await session.detach();
  return { places: places.map(({ name }) => name), found };
}

function ofPage(session: CDPSession): Place {
  return {
    name: 'page',
    send: (method, parameters) => session.send(method as never, parameters as never),
    onEvent(listener) {
      session.on('HeapProfiler.addHeapSnapshotChunk', (event) =>
        listener('HeapProfiler.addHeapSnapshotChunk', { ...event })
      );
    }
  };
}

/** Messages for a worker go through the session of its page. */
async function attachToWorkers(session: CDPSession): Promise<Place[]> {
  const places: Place[] = [];
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') places.push(ofWorker(session, sessionId));
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false
  });
  return places;
}

function ofWorker(session: CDPSession, sessionId: string): Place {
  const open = new Map<number, (answer: Record<string, unknown>) => void>();
  const listeners: ((method: string, parameters: Record<string, unknown>) => void)[] = [];
  let lastId = 0;
  session.on('Target.receivedMessageFromTarget', (event) => {
    if (event.sessionId !== sessionId) return;
    const message = JSON.parse(event.message) as {
      id?: number;
      result?: Record<string, unknown>;
      method?: string;
      params?: Record<string, unknown>;
    };
    if (message.id !== undefined) open.get(message.id)?.(message.result ?? {});
    else if (message.method) for (const tell of listeners) tell(message.method, message.params ?? {});
  });
  return {
    name: 'worker',
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        open.set(id, resolve);
        session
          .send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) })
          .catch(reject);
      }),
    onEvent: (listener) => void listeners.push(listener)
  };
}

async function searchPlace(
  place: Place,
  texts: readonly string[],
  secrets: readonly SoughtBytes[]
): Promise<string[]> {
  const chunks: string[] = [];
  place.onEvent((method, { chunk }) => {
    if (method === 'HeapProfiler.addHeapSnapshotChunk') chunks.push(String(chunk));
  });
  await place.send('HeapProfiler.enable');
  await place.send('HeapProfiler.collectGarbage');
  await place.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  const snapshot = chunks.join('');
  if (!snapshot.includes('"strings":[')) throw new Error(`no snapshot of ${place.name}`);
  const found = texts.filter((text) => snapshot.includes(text)).map((text) => `text "${text}"`);
  for (const { name, hex } of secrets) {
    const base64 = Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '');
    if ([hex, base64].some((written) => snapshot.includes(written))) found.push(`${name} in a string`);
  }
  if (secrets.length > 0) {
    const held = await askAll(place, 'Object.prototype', findBytes, JSON.stringify(secrets));
    found.push(...held.map((name) => `${name} in bytes`));
  }

  const opened = await askAll(place, 'CryptoKey.prototype', tryKeys);
  found.push(...opened.map((row) => `key that opens ${row}`));
  return found;
}

/** Calls a function there with every object of a prototype. */
async function askAll(
  { send }: Place,
  prototype: string,
  ask: (this: unknown, given: string) => unknown,
  given = ''
): Promise<string[]> {
  const { result } = (await send('Runtime.evaluate', { expression: prototype })) as {
    result: { objectId: string };
  };
  const { objects } = (await send('Runtime.queryObjects', { prototypeObjectId: result.objectId })) as {
    objects: { objectId: string };
  };
  const answer = (await send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: ask.toString(),
    arguments: [{ value: given }],
    awaitPromise: true,
    returnByValue: true
  })) as { result: { value?: string[] }; exceptionDetails?: object };
  if (!answer.result.value) throw new Error(`not asked: ${JSON.stringify(answer)}`);
  return answer.result.value;
}

/** Runs over there: names of the secrets that one of the objects holds. @param given `SoughtBytes[]` as JSON */
function findBytes(this: unknown, given: string): string[] {
  const secrets = (JSON.parse(given) as { name: string; hex: string }[]).map(({ name, hex }) => ({
    name,
    bytes: (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16))
  }));
  const held = new Set<string>();
  const holds = (all: Uint8Array, bytes: readonly number[]) => {
    const [first] = bytes as [number];
    for (let at = all.indexOf(first); at !== -1; at = all.indexOf(first, at + 1)) {
      if (bytes.every((byte, index) => all[at + index] === byte)) return true;
    }
    return false;
  };
  // Arrays of bytes themselves are not among what DevTools lists.
  const partsOf = (holder: object): unknown[] => {
    try {
      if (holder instanceof Map) return [...Map.prototype.entries.call(holder)].flat();
      if (holder instanceof Set) return [...Set.prototype.values.call(holder)];
    } catch {
      // A prototype, which holds nothing.
      return [];
    }
    return Object.values(Object.getOwnPropertyDescriptors(holder)).map(({ value }) => value as unknown);
  };
  for (const holder of this as object[]) {
    for (const part of partsOf(holder)) {
      const buffer = part instanceof ArrayBuffer ? part : ArrayBuffer.isView(part) ? part.buffer : null;
      if (!(buffer instanceof ArrayBuffer) || buffer.detached) continue;
      // All of the buffer, whatever part of it the object is about.
      const all = new Uint8Array(buffer);
      for (const { name, bytes } of secrets) if (holds(all, bytes)) held.add(name);
    }
  }
  return [...held];
}

/** Runs over there: which sealed values of the profile one of the keys opens. */
async function tryKeys(this: unknown): Promise<string[]> {
  const keys = this as CryptoKey[];
  const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
  const opened = new Set<string>();
  for (const name of names.filter((each) => each.startsWith('onionskin-'))) {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error as DOMException);
    });
    for (const id of ['profile', 'identity']) {
      const row = await new Promise<{ sealed: Uint8Array<ArrayBuffer> } | undefined>((resolve, reject) => {
        const request = db.transaction('meta').objectStore('meta').get(id);
        request.onsuccess = () => resolve(request.result as { sealed: Uint8Array<ArrayBuffer> });
        request.onerror = () => reject(request.error as DOMException);
      });
      if (!row) continue;
      const additionalData = new TextEncoder().encode(`meta/${id}`);
      for (const key of keys) {
        const algorithm = { name: 'AES-GCM', iv: row.sealed.slice(0, 12), additionalData };
        await crypto.subtle.decrypt(algorithm, key, row.sealed.slice(12)).then(
          () => opened.add(`meta/${id}`),
          () => {}
        );
      }
    }
    db.close();
  }
  return [...opened];
}
