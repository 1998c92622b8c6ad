// Runs in a dedicated worker: every operation by turns with nothing but its curve operations, so that both sides of a
// ratio meet the same machine.
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
import { nobleCurves, webcryptoCurves, type Curves } from './curves.ts';
import { atOnce, compare, inTurn, SLICE, type Pair, type Work } from './rates.ts';

export interface CryptoFigures {
  readonly primitives: CryptoBackend['primitives'];
  readonly open: Readonly<Record<Kind, Pair>>;
  readonly seal: Readonly<Record<Kind, Pair>>;
  readonly openHybrid: Readonly<Record<Kind, Pair>>;
  /** One message after the other, as they come in a conversation. */
  readonly openHybridSingly: Readonly<Record<Kind, Pair>>;
  readonly sealHybrid: Readonly<Record<Kind, Pair>>;
  readonly mlKem: Kind;
  readonly onion3: Readonly<Record<Kind, Pair>>;
  readonly onion4: Readonly<Record<Kind, Pair>>;
}

export type Kind = 'webcrypto' | 'noble';

const PAYLOAD_BYTES = 2_048;
/** Bytes of content of a short message with a profile. */
const CONTENT_BYTES = 120;

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
    openHybridSingly: await compare(inTurn(open), inTurn(curves.agreeAndVerify), SLICE),
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
    openHybridSingly: both('openHybridSingly'),
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
