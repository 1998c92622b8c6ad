// One open profile, in one tab: commands for its rows, and a part in the election of the tab that runs the engine. A tab
// that does not lead writes its own rows and rings the one that does.
import { parseAccountName, type AccountName } from '../account-name.ts';
import { parseAccountId } from '../account-id.ts';
import type { Clock } from '../clock.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { toErrorData } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ConnectionState, NameAnswer, PathSnapshot } from '../onion/index.ts';
import type { RandomBytes } from '../random.ts';
import {
  createMediaStore,
  createSearchIndex,
  ensureConversation,
  findMessageAtDate,
  loadMeta,
  laterProfileTime,
  updateMeta,
  type ProfileStore,
  type SearchInput,
  type SearchPage
} from '../storage/index.ts';
import { ACTIVITY_REPEAT_MS, createActivityBoard, type TabActivity } from './activity.ts';
import {
  createAttachmentCommands,
  type AttachmentCommands,
  type AttachmentPlace
} from './attachment-commands.ts';
import { createAwaitedTransfers } from './awaited-transfers.ts';
import { createConversationCommands, type ConversationCommands } from './conversation-commands.ts';
import { parseDisplayName } from './display-name.ts';
import { createSweeper } from './disappear.ts';
import { createElection, HEARTBEAT_MS } from './election.ts';
import { MessengerError } from './errors.ts';
import type { MessengerEvent } from './events.ts';
import { createExposureQuestions, type Exposure } from './exposure.ts';
import { isDeviceOrder, type DeviceOrder } from './hfs-group-orders.ts';
import { runLeader, type DeviceName, type RunningEngine } from './leader.ts';
import type { Channel, Locks, NetworkFloors } from './ports.ts';
import { createNameQuestions } from './name-questions.ts';
import { createMessageCommands, type MessageCommands } from './message-commands.ts';
import { loadOwnProfile } from './own-profile.ts';
import { createRoomWatch } from './room.ts';
import { createStorageCommands, type StorageCommands } from './storage-commands.ts';
import { isTabMessage, type Bell, type TabMessage } from './tab-messages.ts';
import { createTimerCommands, type TimerCommands } from './timer-commands.ts';

export interface Messenger
  extends ConversationCommands, MessageCommands, TimerCommands, AttachmentCommands, StorageCommands {
  /**
   * Loads a file of a message; resolves when that has ended, in this tab or in the one that leads.
   * @throws StorageError `not-found`; MessengerError `network-unknown` (this site has another network); the signal's reason
   */
  download(place: AttachmentPlace, signal?: AbortSignal): Promise<void>;
  /** Ends a download, or the sending of the message the file belongs to. */
  cancelTransfer(place: AttachmentPlace): void;
  /** Removes messages past their time; to be awaited before anything is shown. */
  sweep(): Promise<void>;
  /** Does work while no tab is the engine of the profile; afterwards one is again. */
  withoutEngine(work: () => Promise<void>): Promise<void>;
  /** Messages were taken in from a backup. */
  onImported(): void;
  /** Takes part in the election, unless the profile belongs to another network. */
  start(): void;
  /** Hands over and closes the database. */
  stop(): Promise<void>;
  /** @throws AccountIdError; the own Account ID opens Note to Self */
  openConversation(
    accountIdText: string
  ): Promise<{ conversationId: string; kind: 'contact' | 'note-to-self' }>;
  /** @throws MessengerError `name-empty`, `name-too-long` */
  rename(displayName: string): Promise<void>;
  /**
   * Whose a name of the name service is, as three service nodes say. They learn a hash of the name, not who asks.
   * @throws MessengerError `account-name-invalid`, `network-unknown`, `network-unreachable`; the signal's reason
   */
  resolveName(name: string, signal?: AbortSignal): Promise<NameAnswer>;
  /** Messages that hold every word typed, newest first. */
  search(input: SearchInput, signal?: AbortSignal): Promise<SearchPage>;
  /** The first message from a time on, else the last; null in an empty conversation. @param atMs network time */
  messageAtDate(conversationId: string, atMs: number): Promise<{ messageId: string; sort: number } | null>;
  /** The person began or ended typing; the other side is told if both want that. */
  signalTyping(conversationId: string, isTyping: boolean): void;
  /** Carried out by the tab that leads; what comes of it, the row of devices says. */
  orderDevices(order: DeviceOrder): void;
  currentPath(): PathSnapshot | null;
  renewPath(): Promise<void>;
  /** Whom the engine of this profile has been in touch with; null while none runs. */
  exposure(): Promise<Exposure | null>;
  retryNetwork(): void;
  setActivity(activity: TabActivity): void;
  connection(): Extract<MessengerEvent, { type: 'connection' }>;
}

export interface MessengerDependencies {
  readonly store: ProfileStore;
  readonly profileId: string;
  readonly identity: Identity;
  readonly crypto: CryptoBackend;
  /** Null: the profile belongs to another network than this site, and stays offline. */
  readonly createFloors: ((store: ProfileStore) => NetworkFloors | Promise<NetworkFloors>) | null;
  readonly device: DeviceName;
  readonly locks: Locks;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly emit: (event: MessengerEvent) => void;
  /** Takes back half an import that another tab left. */
  readonly mend?: () => Promise<void>;
}

export function createMessenger(deps: MessengerDependencies): Messenger {
  const { store, identity, clock, channel, log } = deps;
  const ownId = identity.accountId;
  const tab = `${clock.now()}-${[...deps.random(8)].join('')}`;
  const board = createActivityBoard(clock);
  const stopped = new AbortController();
  const awaited = createAwaitedTransfers();
  const names = createNameQuestions({ ask: askName, tag: tab, clock });
  const exposures = createExposureQuestions({
    here: () => engine?.exposure() ?? null,
    askOther: (question) => post({ kind: 'exposure-asked', question }),
    tag: tab,
    clock
  });
  const media = createMediaStore({ store, places: store.places, clock });
  const searchIndex = createSearchIndex({ store, clock, log });
  let ownActivity: TabActivity = { visible: true, active: true, online: true };
  let engine: RunningEngine | null = null;
  /** What the leading tab said last, for tabs that follow. */
  let heard: { state: ConnectionState; path: PathSnapshot | null; epoch: number } = {
    state: { phase: 'offline' },
    path: null,
    epoch: 0
  };

  const post = (message: TabMessage) => channel.post(message);

  function connection(): Extract<MessengerEvent, { type: 'connection' }> {
    return engine
      ? { type: 'connection', state: engine.onion.state(), role: 'leader' }
      : { type: 'connection', state: heard.state, role: 'follower' };
  }

  /** To this tab's page and to the tabs that follow. */
  function tell(event: MessengerEvent): void {
    deps.emit(event);
    post({ kind: 'event', event });
  }

  function ring(what: Bell): void {
    if (engine) engine.ring(what);
    else post({ kind: 'ring', what });
  }

  /** What is under way for messages that are gone ends. */
  function onDeleted(messageIds: readonly string[]): void {
    if (engine) engine.endTransfersOf(messageIds);
    else post({ kind: 'deleted', messageIds });
  }

  function askName(question: string, name: AccountName, signal: AbortSignal): void {
    if (!engine) return post({ kind: 'name-asked', question, name });
    const answer = (given: NameAnswer | null) => names.answer(question, given);
    engine.onion.lookUpName(name, signal).then(answer, () => answer(null));
  }

  function applyActivity(): void {
    engine?.setActivity(board.combined());
  }

  async function networkNow(): Promise<number> {
    if (engine && engine.onion.clockOffsetMs() !== null) return engine.onion.networkTimeMs();
    const sendClock = await loadMeta(store, 'send-clock');
    return clock.now() - (sendClock?.content.offsetMs ?? 0);
  }

  const room = createRoomWatch({
    store,
    clock,
    log,
    onChange(isFull) {
      tell({ type: 'room', isFull });
      if (isFull) return;
      ring('poll');
      ring('outbox');
    }
  });

  const sweeper = createSweeper({
    store,
    now: networkNow,
    clock,
    log,
    onRemoved: (messages) => onDeleted(messages.map(({ row }) => row.id))
  });

  const engineLock = `onionskin/engine/${deps.profileId}`;
  const createFloors = deps.createFloors;
  const election =
    createFloors &&
    createElection({
      lockName: engineLock,
      locks: deps.locks,
      clock,
      log,
      lead: async (signal) => {
        const heartbeat = new AbortController();
        const leader = {
          store,
          identity,
          crypto: deps.crypto,
          media,
          createFloors: () => createFloors(store),
          ownProfile: () => loadOwnProfile(store),
          device: deps.device,
          clock,
          random: deps.random,
          log,
          emit: tell,
          onConnection: () => tell(connection()),
          onDeadlines: () => sweeper.ring()
        };
        // One tab keeps the index up; every tab can search it.
        void searchIndex.run(heartbeat.signal);
        try {
          await deps.mend?.();
          await runLeader(leader, signal, (running) => {
            engine = running;
            tell(connection());
            if (!running) return heartbeat.abort();
            applyActivity();
            names.askAgain();
            takeUpTransfers(running);
            void beat(running.epoch, heartbeat.signal);
          });
        } finally {
          heartbeat.abort();
        }
      }
    });

  /** What was asked for while nobody led, or somebody else did. */
  function takeUpTransfers({ downloads }: RunningEngine): void {
    for (const place of awaited.pending()) {
      const end = () => awaited.note({ ...place, phase: 'ended' });
      downloads.download(place).then(end, end);
    }
  }

  async function beat(epoch: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      post({ kind: 'alive', epoch });
      await clock.sleep(HEARTBEAT_MS, signal).catch(() => {});
    }
  }

  async function repeatActivity(): Promise<void> {
    while (!stopped.signal.aborted) {
      await clock.sleep(ACTIVITY_REPEAT_MS, stopped.signal).catch(() => {});
      if (!stopped.signal.aborted) reportActivity();
    }
  }

  function reportActivity(): void {
    board.report(tab, ownActivity);
    applyActivity();
    post({ kind: 'activity', tab, activity: ownActivity });
  }

  function receive(message: unknown): void {
    if (!isTabMessage(message)) return;
    switch (message.kind) {
      case 'alive':
        election?.heard();
        if (message.epoch === heard.epoch) return;
        // A new engine knows nothing of this tab yet.
        heard = { ...heard, epoch: message.epoch };
        for (const place of awaited.pending()) post({ kind: 'download', place });
        names.askAgain();
        post({ kind: 'activity', tab, activity: ownActivity });
        return;
      case 'event':
        if (engine) return;
        if (message.event.type === 'connection') {
          heard = { ...heard, state: message.event.state };
          deps.emit({ ...message.event, role: 'follower' });
          return;
        }
        if (message.event.type === 'transfer') awaited.note(message.event);
        if (message.event.type === 'path') heard = { ...heard, path: message.event.path };
        deps.emit(message.event);
        return;
      case 'activity':
        board.report(message.tab, message.activity);
        applyActivity();
        return;
      case 'hello':
        if (!engine) return;
        post({ kind: 'alive', epoch: engine.epoch });
        post({ kind: 'event', event: connection() });
        post({ kind: 'event', event: { type: 'path', path: engine.onion.lastPath() } });
        if (room.isFull) post({ kind: 'event', event: { type: 'room', isFull: true } });
        return;
      case 'ring':
        engine?.ring(message.what);
        return;
      case 'order':
        follow(message.order);
        return;
      case 'device-order':
        if (isDeviceOrder(message.order)) engine?.followDeviceOrder(message.order);
        return;
      case 'typing':
        engine?.signalTyping(message.conversationId, message.isTyping);
        return;
      case 'download':
        engine?.downloads.download(message.place).catch(() => {});
        return;
      case 'name-asked':
        return answerOther(message.question, message.name);
      case 'name-answered':
        return names.answer(message.question, message.answer);
      case 'exposure-asked':
        if (!engine) return;
        post({ kind: 'exposure-answered', question: message.question, exposure: engine.exposure() });
        return;
      case 'exposure-answered':
        return exposures.answer(message.question, message.exposure);
      case 'cancel-transfer':
        engine?.cancelTransfer(message.place);
        return;
      case 'deleted':
        engine?.endTransfersOf(message.messageIds);
        return;
      case 'erased':
        deps.emit({ type: 'erased' });
        void stop();
        return;
    }
  }

  /** Asks for another tab. */
  function answerOther(question: string, name: string): void {
    const parsed = parseAccountName(name);
    if (!engine || parsed === null) return;
    const answer = (given: NameAnswer | null) => post({ kind: 'name-answered', question, answer: given });
    engine.onion.lookUpName(parsed).then(answer, () => answer(null));
  }

  /** Does what only the leading tab can do. */
  function follow(order: 'renew-path' | 'retry-network'): void {
    if (!engine) return;
    if (order === 'retry-network') {
      engine.onion.retryNow();
      return;
    }
    engine.onion.newPath().catch((error: unknown) => {
      tell({ type: 'notice', code: toErrorData(error).code });
    });
  }

  /** Others that wait for the lock believe that an engine holds it. */
  async function withoutEngine(work: () => Promise<void>): Promise<void> {
    if (!election) return work();
    const over = new AbortController();
    await election.stop();
    try {
      await deps.locks.request(engineLock, { steal: true }, () => {
        void beat(heard.epoch, over.signal);
        return work();
      });
    } finally {
      over.abort();
      if (!stopped.signal.aborted) election.start();
    }
  }

  async function stop(): Promise<void> {
    stopped.abort();
    room.stop();
    unsubscribe();
    await Promise.all([election?.stop(), sweeper.stop()]);
    channel.close();
    store.db.close();
  }

  const unsubscribe = channel.onMessage(receive);
  const onTimersStarted = () => {
    sweeper.ring();
    ring('chores');
  };
  const cancelTransfer = (place: AttachmentPlace) => {
    if (engine) engine.cancelTransfer(place);
    else post({ kind: 'cancel-transfer', place });
  };
  const commandDeps = { store, ownId, clock, networkNow, ringOutbox: () => ring('outbox') };

  return {
    ...createConversationCommands({ ...commandDeps, onTimersStarted }),
    ...createTimerCommands(commandDeps),
    ...createMessageCommands({
      ...commandDeps,
      media,
      ringChores: () => ring('chores'),
      onDeleted
    }),
    ...createAttachmentCommands({ ...commandDeps, media, ringPictures: () => ring('pictures') }),
    ...createStorageCommands({
      ...commandDeps,
      ringRules: () => ring('media-rules'),
      onCleared: () => room.ring()
    }),
    async download(place, signal) {
      signal?.throwIfAborted();
      const cancel = () => cancelTransfer(place);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        if (!election) throw new MessengerError('network-unknown', { retry: 'later' });
        if (engine) await engine.downloads.download(place);
        else {
          const ended = awaited.wait(place);
          post({ kind: 'download', place });
          await ended;
        }
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    async resolveName(text, signal) {
      const name = parseAccountName(text);
      if (name === null) throw new MessengerError('account-name-invalid');
      if (!election) throw new MessengerError('network-unknown', { retry: 'later' });
      return names.resolve(name, signal);
    },
    cancelTransfer,
    sweep: () => sweeper.sweep(),
    start() {
      board.report(tab, ownActivity);
      sweeper.start();
      if (election) election.start();
      else void searchIndex.run(stopped.signal);
      post({ kind: 'hello' });
      void repeatActivity();
    },
    stop,
    async openConversation(accountIdText) {
      const accountId = parseAccountId(accountIdText);
      const kind = accountId === ownId ? 'note-to-self' : 'contact';
      return { ...(await ensureConversation(store, { accountId, kind, nowMs: await networkNow() })), kind };
    },
    async rename(displayName) {
      const name = parseDisplayName(displayName);
      const nowMs = await networkNow();
      await updateMeta(store, 'profile', 'any', (profile) =>
        profile === null || profile.displayName === name
          ? null
          : {
              ...profile,
              displayName: name,
              displayNameUpdatedSeconds: laterProfileTime(profile, nowMs)
            }
      );
    },
    search: (input, signal) => searchIndex.search(input, signal),
    messageAtDate: (conversationId, atMs) => findMessageAtDate(store.db, conversationId, atMs),
    signalTyping(conversationId, isTyping) {
      if (engine) engine.signalTyping(conversationId, isTyping);
      else post({ kind: 'typing', conversationId, isTyping });
    },
    orderDevices(order) {
      if (engine) engine.followDeviceOrder(order);
      else post({ kind: 'device-order', order });
    },
    currentPath: () => (engine ? engine.onion.lastPath() : heard.path),
    async renewPath() {
      if (engine) await engine.onion.newPath();
      else post({ kind: 'order', order: 'renew-path' });
    },
    exposure: exposures.ask,
    retryNetwork() {
      if (engine) follow('retry-network');
      else post({ kind: 'order', order: 'retry-network' });
    },
    setActivity(activity) {
      const isBack = (activity.visible && !ownActivity.visible) || (activity.online && !ownActivity.online);
      ownActivity = activity;
      reportActivity();
      if (!isBack) return;
      sweeper.ring();
      ring('poll');
      ring('outbox');
    },
    withoutEngine,
    onImported() {
      sweeper.ring();
      ring('poll');
    },
    connection
  };
}
