// Stands in for the engine's worker while screens are drawn and photographed: answers commands from memory, keeps
// nothing, asks no network. Never part of a build; end-to-end tests use the real engine.
import { createAccountSeed, deriveIdentity } from '../../src/lib/crypto/identity.ts';
import {
  checkRecoveryWords,
  decodeRecoveryPassword,
  encodeRecoveryPassword
} from '../../src/lib/crypto/mnemonic.ts';
import { bytesToHex } from '../../src/lib/bytes/index.ts';
import { AppError, toErrorData } from '../../src/lib/errors.ts';
import type { EngineEvent, EngineStatus, ToPage, ToWorker } from '../../src/lib/worker/protocol.ts';

const post = (message: ToPage) => globalThis.postMessage(message);
const emit = (event: EngineEvent) => post({ kind: 'event', event });

let seed: Uint8Array | null = null;

const PATH = {
  pathId: 'p1',
  gatewayOrigin: 'https://relay.onionskin.example',
  hops: ['185.220.101.4', '93.95.231.88', '192.0.2.41'].map((ip) => ({
    ed25519PublicKeyHex: 'ab'.repeat(32),
    ip
  })),
  destination: { kind: 'node' as const, address: '203.0.113.77' }
};

async function ready(from: Uint8Array): Promise<EngineStatus> {
  seed = from;
  const rowKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt'
  ]);
  setTimeout(
    () => emit({ type: 'connection', state: { phase: 'connected', pathCount: 2 }, role: 'leader' }),
    800
  );
  setInterval(() => {
    for (const gap of [0, 1, 2, 3, 4] as const) {
      setTimeout(() => emit({ type: 'packet', pathId: 'p1', gap, phase: 'sent' }), gap * 200);
    }
    setTimeout(() => emit({ type: 'packet', pathId: 'p1', gap: 0, phase: 'answered' }), 1_400);
  }, 3_000);
  return {
    state: 'ready',
    profileId: 'fake',
    databaseName: 'onionskin-fake',
    rowKey,
    accountId: deriveIdentity(from).accountId,
    network: { id: 'local', kind: 'local', echoAccountId: null }
  };
}

async function answer(name: string, input: Record<string, string>): Promise<unknown> {
  switch (name) {
    case 'engine.open':
      return seed ? ready(seed) : { state: 'no-profile', network: null };
    case 'profile.create':
      return ready(createAccountSeed((length) => crypto.getRandomValues(new Uint8Array(length))));
    case 'profile.restore':
      return ready(decodeRecoveryPassword(input['phrase'] ?? ''));
    case 'phrase.check':
      return checkRecoveryWords(input['text'] ?? '');
    case 'phrase.reveal':
      if (!seed) throw new AppError('closed');
      return { words: encodeRecoveryPassword(seed), seedHex: bytesToHex(seed) };
    case 'path.current':
      return PATH;
    case 'conversation.open':
      return { conversationId: 'c1', kind: 'contact' };
    default:
      return undefined;
  }
}

globalThis.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (message.kind !== 'call') return;
  answer(message.name, message.input as Record<string, string>).then(
    (output) => post({ kind: 'answer', id: message.id, output }),
    (error: unknown) => post({ kind: 'failure', id: message.id, error: toErrorData(error) })
  );
});
