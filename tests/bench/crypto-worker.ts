// Runs in a dedicated worker: every operation by turns with nothing but its curve operations, so that both sides of a
// ratio meet the same machine.
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import {
  createAccountSeed,
  createCryptoBackend,
  createNobleBackend,
  deriveIdentity,
  openMessage,
  padMessage,
  sealMessage,
  type CryptoBackend,
  type Identity
} from '../../src/lib/crypto/index.ts';
import { buildOnionRequest, type OnionHop } from '../../src/lib/onion/build-request.ts';
import { deriveRotatingKeys, openEnvelope, sealEnvelope } from '../../src/lib/hfs/index.ts';
import { bytesToHex } from '../../src/lib/bytes/index.ts';
import { systemRandom } from '../../src/lib/random.ts';

/** One operation beside its floor; per second each, medians of the rounds. */
export interface Pair {
  readonly perSecond: number;
  readonly floorPerSecond: number;
  /** Floor ÷ operation: how much time the operation takes for one of its floor. Median of the rounds' ratios. */
  readonly ratio: number;
}

export interface CryptoFigures {
  readonly primitives: CryptoBackend['primitives'];
  readonly open: Readonly<Record<Kind, Pair>>;
  readonly seal: Readonly<Record<Kind, Pair>>;
  readonly openHybrid: Readonly<Record<Kind, Pair>>;
  readonly sealHybrid: Readonly<Record<Kind, Pair>>;
  readonly mlKem: Kind;
  readonly onion3: Readonly<Record<Kind, Pair>>;
  readonly onion4: Readonly<Record<Kind, Pair>>;
}

export type Kind = 'webcrypto' | 'noble';

const ROUNDS = 7;
const ROUND_MS = 100;
/** Operations under way at a time, as when a backlog is opened. */
const SLICE = 64;
const PAYLOAD_BYTES = 2_048;
/** Bytes of content of a short message with a profile. */
const CONTENT_BYTES = 120;

/** Does `count` operations, all at once or one after the other. */
type Work = (count: number) => Promise<void>;

async function perSecond(work: Work, count: number): Promise<number> {
  const begin = performance.now();
  let done = 0;
  do {
    await work(count);
    done += count;
  } while (performance.now() - begin < ROUND_MS);
  return (done / (performance.now() - begin)) * 1000;
}

const middle = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

async function compare(operation: Work, floor: Work, count: number): Promise<Pair> {
  await perSecond(floor, count);
  await perSecond(operation, count);
  const rounds: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push([await perSecond(operation, count), await perSecond(floor, count)]);
  }
  return {
    perSecond: middle(rounds.map(([own]) => own)),
    floorPerSecond: middle(rounds.map(([, bare]) => bare)),
    ratio: middle(rounds.map(([own, bare]) => bare / own))
  };
}

/** `count` times at once. */
const atOnce =
  (one: (index: number) => unknown): Work =>
  async (count) => {
    await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
  };

interface Curves {
  /** One X25519 agreement with a key at hand, and one verification. */
  agreeAndVerify(): unknown;
  /** One fresh key pair, one agreement, and one signature. */
  freshAgreeAndSign(): unknown;
  /** One fresh key pair and one agreement. */
  freshAgree(): unknown;
}

const MESSAGE = new Uint8Array(256).fill(7);

async function webcryptoCurves(): Promise<Curves> {
  const { subtle } = globalThis.crypto;
  const own = (await subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  const signer = (await subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
  const signature = await subtle.sign('Ed25519', signer.privateKey, MESSAGE);
  const derive = (key: CryptoKey) => subtle.deriveBits({ name: 'X25519', public: own.publicKey }, key, 256);
  const fresh = async () => {
    const pair = (await subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
    await derive(pair.privateKey);
  };
  return {
    agreeAndVerify: () =>
      Promise.all([derive(own.privateKey), subtle.verify('Ed25519', signer.publicKey, signature, MESSAGE)]),
    freshAgreeAndSign: () => Promise.all([fresh(), subtle.sign('Ed25519', signer.privateKey, MESSAGE)]),
    freshAgree: fresh
  };
}

function nobleCurves(): Curves {
  const secret = systemRandom(32);
  const other = x25519.getPublicKey(systemRandom(32));
  const seed = systemRandom(32);
  const signer = ed25519.getPublicKey(seed);
  const signature = ed25519.sign(MESSAGE, seed);
  const fresh = () => {
    const ephemeral = systemRandom(32);
    x25519.getPublicKey(ephemeral);
    x25519.getSharedSecret(ephemeral, other);
  };
  return {
    agreeAndVerify() {
      x25519.getSharedSecret(secret, other);
      ed25519.verify(signature, MESSAGE, signer, { zip215: false });
    },
    freshAgreeAndSign() {
      fresh();
      ed25519.sign(MESSAGE, seed);
    },
    freshAgree: fresh
  };
}

function randomHop(): OnionHop {
  const identity = deriveIdentity(createAccountSeed(systemRandom));
  return {
    ed25519PublicKeyHex: bytesToHex(identity.ed25519PublicKey),
    x25519PublicKey: identity.x25519PublicKey
  };
}

function buildOnion(crypto: CryptoBackend, layers: number): Work {
  const hops = Array.from({ length: layers - 1 }, randomHop);
  const destination = { kind: 'node', ...randomHop() } as const;
  const payload = systemRandom(PAYLOAD_BYTES);
  return async (count) => {
    for (let done = 0; done < count; done++) {
      await buildOnionRequest(crypto, { hops, destination, payload, cipher: 'aes-gcm' });
    }
  };
}

/** The fresh keys of one request after the other, those of one request at once. */
function agreeLayers({ freshAgree }: Curves, layers: number): Work {
  return async (count) => {
    for (let done = 0; done < count; done++) await atOnce(freshAgree)(layers);
  };
}

async function messages(crypto: CryptoBackend, sender: Identity, recipient: Identity): Promise<Uint8Array[]> {
  const padded = padMessage(systemRandom(CONTENT_BYTES));
  const recipientX25519PublicKey = recipient.x25519PublicKey;
  return Promise.all(
    Array.from({ length: SLICE }, () => sealMessage(crypto, { padded, sender, recipientX25519PublicKey }))
  );
}

/** The same messages as `open` and `seal` have, sealed to rotating keys. */
async function hybridFigures(crypto: CryptoBackend, curves: Curves, sender: Identity, recipient: Identity) {
  const keys = await deriveRotatingKeys(crypto, 'account', systemRandom(32));
  const content = systemRandom(CONTENT_BYTES);
  const seal = () =>
    sealEnvelope(crypto, { content, sender, recipient: recipient.accountId, publicKeys: keys.publicKeys });
  const sealed = await Promise.all(Array.from({ length: SLICE }, seal));
  const open = (index: number) => openEnvelope(crypto, sealed[index] as Uint8Array, recipient, [keys]);
  return {
    openHybrid: await compare(atOnce(open), atOnce(curves.agreeAndVerify), SLICE),
    sealHybrid: await compare(atOnce(seal), atOnce(curves.freshAgreeAndSign), SLICE)
  };
}

async function figuresOf(crypto: CryptoBackend, curves: Curves) {
  const [sender, recipient] = [0, 1].map(() => deriveIdentity(createAccountSeed(systemRandom))) as [
    Identity,
    Identity
  ];
  const sealed = await messages(crypto, sender, recipient);
  const padded = padMessage(systemRandom(CONTENT_BYTES));
  const recipientX25519PublicKey = recipient.x25519PublicKey;
  const seal = () => sealMessage(crypto, { padded, sender, recipientX25519PublicKey });
  return {
    open: await compare(
      atOnce((index) => openMessage(crypto, sealed[index] as Uint8Array, recipient)),
      atOnce(curves.agreeAndVerify),
      SLICE
    ),
    seal: await compare(atOnce(seal), atOnce(curves.freshAgreeAndSign), SLICE),
    ...(await hybridFigures(crypto, curves, sender, recipient)),
    onion3: await compare(buildOnion(crypto, 3), agreeLayers(curves, 3), 8),
    onion4: await compare(buildOnion(crypto, 4), agreeLayers(curves, 4), 8)
  };
}

async function measure(): Promise<CryptoFigures> {
  const crypto = await createCryptoBackend();
  const webcrypto = await figuresOf(crypto, await webcryptoCurves());
  const noble = await figuresOf(createNobleBackend(), nobleCurves());
  const both = (name: keyof typeof noble) => ({ webcrypto: webcrypto[name], noble: noble[name] });
  return {
    primitives: crypto.primitives,
    open: both('open'),
    seal: both('seal'),
    openHybrid: both('openHybrid'),
    sealHybrid: both('sealHybrid'),
    mlKem: await crypto.mlKemImplementation(),
    onion3: both('onion3'),
    onion4: both('onion4')
  };
}

measure().then(
  (figures) => globalThis.postMessage({ figures }),
  (error: unknown) => globalThis.postMessage({ failure: String(error) })
);
