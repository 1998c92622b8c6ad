// The engine proper, run by the one tab that leads: network, outbox and poller, from taking over to handing over.
import type { Clock } from '../clock.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RandomBytes } from '../random.ts';
import {
  addOwnNotice,
  changeSettings,
  DEFAULT_SETTINGS,
  findConversation,
  loadKeyRules,
  loadMeta,
  raiseEpoch,
  isWantedFile,
  updateMeta,
  type InboxResult,
  type MediaStore,
  type ProfileStore
} from '../storage/index.ts';
import type { TabActivity } from './activity.ts';
import type { AttachmentPlace } from './attachment-commands.ts';
import { createDownloads, type Downloads } from './downloads.ts';
import type { OwnProfile } from './outgoing-content.ts';
import type { MessengerEvent } from './events.ts';
import { createChores } from './chores.ts';
import { createConfigSync } from './config-sync.ts';
import type { Exposure } from './exposure.ts';
import { noteForeignKeys, noteOfficialApp, noteOtherApp, noteOverdue } from './devices-alarms.ts';
import { createDeviceGroup } from './hfs-devices.ts';
import type { DeviceOrder } from './hfs-group-orders.ts';
import { createGroupState } from './hfs-group-state.ts';
import { createGroupStorage } from './hfs-group-storage.ts';
import { createHfsMessages } from './hfs-messages.ts';
import { createInbox } from './inbox.ts';
import { createMediaRules } from './media-rules.ts';
import { createOutbox } from './outbox.ts';
import { createPoller } from './poller.ts';
import { createPictures } from './pictures.ts';
import type { NetworkFloors, OnionPort, SwarmPort } from './ports.ts';
import { createReceiver } from './receive.ts';
import type { Bell } from './tab-messages.ts';
import { createTypingSender } from './typing.ts';
import { createUploads } from './uploads.ts';

/** What a running engine can be told. */
export interface RunningEngine {
  readonly epoch: number;
  readonly onion: OnionPort;
  exposure(): Exposure;
  ring(what: Bell): void;
  setActivity(activity: TabActivity): void;
  followDeviceOrder(order: DeviceOrder): void;
  /** Tells the other side of a conversation, if the person wants that. */
  signalTyping(conversationId: string, isTyping: boolean): void;
  readonly downloads: Pick<Downloads, 'download'>;
  /** Ends a download, or the sending of the message the file belongs to. */
  cancelTransfer(place: AttachmentPlace): void;
  /** Messages were deleted: what is under way for them ends. */
  endTransfersOf(messageIds: readonly string[]): void;
}

export interface LeaderDependencies {
  readonly store: ProfileStore;
  readonly identity: Identity;
  readonly crypto: CryptoBackend;
  readonly media: MediaStore;
  readonly createFloors: () => NetworkFloors | Promise<NetworkFloors>;
  readonly ownProfile: () => Promise<OwnProfile>;
  /** How this device presents itself to the account's others. */
  readonly device: DeviceName;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly emit: (event: Exclude<MessengerEvent, { type: 'connection' }>) => void;
  readonly onConnection: () => void;
  /** Messages may end earlier than was known, or time was learnt. */
  readonly onDeadlines: () => void;
}

/** Whoever links a device, or starts fresh, wants what the devices share keys for (v2-forward-secrecy-and-pq.md §16.1). */
function turnOnForwardSecrecy(store: ProfileStore): Promise<void> {
  return updateMeta(store, 'settings', 'engine', (settings) =>
    settings?.forwardSecrecy ? null : { ...DEFAULT_SETTINGS, ...settings, forwardSecrecy: true }
  );
}

/** The account was made here, so that no other device can have keys of it. */
async function isAccountOfThisDevice(store: ProfileStore): Promise<boolean> {
  const profile = (await loadMeta(store, 'profile'))?.content;
  return profile?.createdHere === true && profile.isFromBackup !== true;
}

/** As the other devices of the account see it. */
export interface DeviceName {
  /** At most 64 bytes of UTF-8. */
  readonly description: string;
  /** 1,000,000·major + 1,000·minor + patch. */
  readonly version: number;
}

/** An offset that moved by less is not written again, milliseconds. */
const OFFSET_STEP_MS = 500;

/**
 * Leads until the signal aborts or another engine has taken over.
 * @param onRunning told the running engine, and null when it has ended
 */
export async function runLeader(
  deps: LeaderDependencies,
  signal: AbortSignal,
  onRunning: (engine: RunningEngine | null) => void
): Promise<void> {
  const { store, identity, crypto, clock, random, log } = deps;
  // Rows of a former engine may still be on their way; from here on they are refused.
  const epoch = await raiseEpoch(store);
  const { onion, swarm, files } = await deps.createFloors();
  const isConnected = () => onion.state().phase === 'connected';
  const now = () => onion.networkTimeMs();
  const configs = createConfigSync({
    store,
    identity,
    crypto,
    swarm,
    clock,
    now,
    log,
    onTimersStarted() {
      deps.onDeadlines();
      chores.ring();
    },
    // The person may have chosen a picture elsewhere, or another device heard of one.
    onRowsChanged: () => pictures.ring(),
    onForeignForm: (storedAtMs) => hfs.noteForeignWrite(storedAtMs)
  });
  const { handledBeforeMs } = configs;
  const groupState = createGroupState(createGroupStorage(store));
  const hfs = createHfsMessages({
    ...{ store, identity, crypto, swarm, state: groupState, clock, random, log, now },
    clockOffsetMs: () => onion.clockOffsetMs(),
    ringOutbox: () => outbox.ring(),
    onOtherApp: () => noteOtherApp(store),
    announcing: {
      onForeign: () => noteForeignKeys(store),
      onTurned: (forwardSecrecy) => changeSettings(store, { forwardSecrecy }),
      onOfficial: (isTaken) => noteOfficialApp(store, isTaken),
      onOverdue: (sinceSeconds) => noteOverdue(store, sinceSeconds),
      onGroupDue() {
        group.hurry();
        poller.ring();
      }
    }
  });
  const { protector, announcer } = hfs;
  const inbox = createInbox({ store, identity, crypto, clock, now, log, handledBeforeMs, hfs });
  const { media } = deps;
  const transfer = { store, media, link: { files, crypto }, log, emit: deps.emit };
  const uploads = createUploads(transfer);
  const downloads = createDownloads({ ...transfer, isConnected, clock });
  const pictures = createPictures({ ...transfer, isConnected, now, clock });
  const mediaRules = createMediaRules({ store, now, clock, log });
  const notice = (code: string) => deps.emit({ type: 'notice', code });
  const group = createDeviceGroup({
    store,
    state: groupState,
    identity,
    crypto,
    swarm,
    clock,
    random,
    log,
    now,
    clockOffsetMs: () => onion.clockOffsetMs(),
    isCreatedHere: () => isAccountOfThisDevice(store),
    facts: deps.device,
    keyRules: () => loadKeyRules(store),
    ring: () => poller.ring(),
    onTakesPart: () => turnOnForwardSecrecy(store),
    onAskResend: () => hfs.resend.ask(),
    onTakeBack: () => announcer.takeBack(),
    onIgnoreOfficial: () => announcer.ignoreOfficial(),
    async onTurnOff(isElsewhere) {
      if (isElsewhere) await announcer.letGo();
      await changeSettings(store, { forwardSecrecy: false });
    },
    async onDevicesChanged(changes) {
      for (const change of changes) {
        const line = { type: 'device' as const, ...change };
        await addOwnNotice(store, { ownId: identity.accountId, notice: line, nowMs: now() });
      }
    }
  });
  const look = createLook(swarm, identity, deps.emit);
  const receive = createReceiver({
    store,
    identity,
    swarm: look.swarm,
    inbox,
    configs,
    group,
    announcer,
    random,
    now,
    onReceived(result) {
      // Said once in a profile's life (accounts-and-messages.md §3.4 step 2).
      if (result.newReasons.includes('newer-protocol')) notice('newer-protocol');
      chores.ring();
      pictures.ring();
      downloads.offer(result.added);
      deps.onDeadlines();
      for (const event of incomingEvents(result)) deps.emit(event);
      void tellTyping(store, result, deps.emit).catch((error: unknown) => {
        log.debug('typing-not-told', { code: errorCode(error) });
      });
    }
  });
  const saveOffset = createOffsetSaver(store, onion);
  const poller = createPoller({
    poll: async (pollSignal) => {
      const result = await receive(pollSignal);
      look.tell();
      if (await saveOffset()) deps.onDeadlines();
      return result;
    },
    isConnected,
    clock,
    random,
    log
  });
  const outbox = createOutbox({
    store,
    identity,
    crypto,
    swarm,
    isConnected,
    ownProfile: deps.ownProfile,
    protector,
    uploads,
    now,
    clock,
    random,
    log,
    onDelivered() {
      poller.ring();
      deps.onDeadlines();
    }
  });

  const chores = createChores({
    store,
    identity,
    swarm,
    isConnected,
    now,
    clock,
    random,
    log,
    onShortened: deps.onDeadlines
  });
  const signalTyping = createTypingSender({
    store,
    identity,
    crypto,
    swarm,
    protector,
    isConnected,
    now,
    log
  });

  const ended = new Promise<void>((resolve) => {
    const end = (code: string) => {
      log.warn('engine-ended', { code });
      // The data was removed from under us; a mere successor is no news.
      if (code === 'closed') notice(code);
      resolve();
    };
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    outbox.start(end);
    poller.start(end);
    chores.start(end);
    pictures.start();
    downloads.start();
    mediaRules.start();
  });
  const unsubscribe = [
    onion.onState(() => {
      deps.onConnection();
      if (!isConnected()) return;
      outbox.ring();
      poller.ring();
      chores.ring();
      pictures.ring();
      downloads.ring();
    }),
    onion.onPacket((packet) => deps.emit({ type: 'packet', ...packet })),
    onion.onPath((path) => deps.emit({ type: 'path', path }))
  ];
  const bells: Partial<Record<string, { ring(): void }>> = {
    outbox,
    poll: poller,
    chores,
    pictures,
    'media-rules': mediaRules
  };
  onion.setOwnAccount(identity.accountId);
  onion.start();
  void sweepFiles(store, media, clock).catch((error: unknown) => {
    log.warn('files-not-swept', { code: errorCode(error) });
  });
  onRunning({
    epoch,
    onion,
    exposure: () => ({
      ...onion.exposure(),
      ownSwarmSize: swarm.members(identity.accountId).length
    }),
    ring: (what) => bells[what]?.ring(),
    setActivity(activity) {
      poller.setActivity(activity);
      onion.setOnline(activity.online);
    },
    followDeviceOrder(order) {
      group.follow(order).catch((error: unknown) => {
        log.warn('device-order-failed', { code: errorCode(error) });
      });
    },
    signalTyping: (conversationId, isTyping) => void signalTyping(conversationId, isTyping, signal),
    downloads,
    cancelTransfer(place) {
      downloads.cancel(place);
      uploads.cancel(place.messageId);
    },
    endTransfersOf(messageIds) {
      downloads.cancelOf(messageIds);
      for (const messageId of messageIds) uploads.cancel(messageId);
    }
  });
  try {
    await ended;
  } finally {
    onRunning(null);
    for (const end of unsubscribe) end();
    hfs.ring.forget();
    const stops = [
      poller.stop(),
      outbox.stop(),
      chores.stop(),
      downloads.stop(),
      pictures.stop(),
      mediaRules.stop(),
      onion.stop()
    ];
    for (const result of await Promise.allSettled(stops)) {
      if (result.status === 'rejected') log.warn('engine-stop-failed', { code: errorCode(result.reason) });
    }
    store.engine.epoch = null;
  }
}

/** What a crash or a closed tab left of files; once per leadership. */
async function sweepFiles(store: ProfileStore, media: MediaStore, clock: Clock): Promise<void> {
  const nowMs = clock.now();
  await media.sweep((file) => isWantedFile(store, file, nowMs));
}

/** Counts which nodes of the own swarm have answered, and tells it until all have: an account that comes back waits for it. */
function createLook(
  swarm: SwarmPort,
  { accountId }: Identity,
  emit: LeaderDependencies['emit']
): { readonly swarm: SwarmPort; tell(): void } {
  const asked = new Set<string>();
  let told = 0;
  return {
    swarm: {
      ...swarm,
      async retrieve(input) {
        const answer = await swarm.retrieve(input);
        asked.add(answer.node.ed25519PublicKeyHex);
        return answer;
      }
    },
    tell() {
      if (asked.size === told) return;
      told = asked.size;
      emit({ type: 'looked', asked: told, of: Math.max(told, swarm.members(accountId).length) });
    }
  };
}

/** One event a conversation, naming the last of its new messages. */
function incomingEvents({ added }: InboxResult): Extract<MessengerEvent, { type: 'incoming' }>[] {
  const incoming = added.filter((message) => message.incoming);
  return [...Map.groupBy(incoming, ({ conversationId }) => conversationId)].map(
    ([conversationId, group]) => ({
      type: 'incoming',
      conversationId,
      messageId: (group.at(-1) as (typeof group)[number]).messageId,
      count: group.length
    })
  );
}

async function tellTyping(
  store: ProfileStore,
  { events }: InboxResult,
  emit: LeaderDependencies['emit']
): Promise<void> {
  const latest = new Map(events.map(({ accountId, isTyping }) => [accountId, isTyping]));
  for (const [accountId, isTyping] of latest) {
    const conversation = await findConversation(store, accountId);
    if (conversation) emit({ type: 'typing', conversationId: conversation.row.id, isTyping });
  }
}

/** Keeps the clock offset for tabs that do not lead, and for the next start without network. @returns whether it moved */
function createOffsetSaver(store: ProfileStore, onion: OnionPort): () => Promise<boolean> {
  let savedMs: number | null = null;
  return async () => {
    const offsetMs = onion.clockOffsetMs();
    if (offsetMs === null || (savedMs !== null && Math.abs(offsetMs - savedMs) < OFFSET_STEP_MS))
      return false;
    await updateMeta(store, 'send-clock', 'engine', (current) => ({
      lastTimestampMs: current?.lastTimestampMs ?? 0,
      offsetMs
    }));
    savedMs = offsetMs;
    return true;
  };
}
