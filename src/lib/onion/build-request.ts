// Wraps the layers of an onion request: destination first, guard node last (network.md §3.1–3.4). Pure but for fresh keys.
//
//   HTTP body   [n][ layer 1 ] {"ephemeral_key": of the guard node}
//   layer k     [n][ layer k+1 ] {"destination", "ephemeral_key": of the next node}
//   innermost   [n][ payload ] {"headers": …}        to a node
//   last hop    [n][ sealed payload ] {"host", "target", …, "ephemeral_key": of the server}
import {
  createHopKey,
  encryptLayer,
  type CryptoBackend,
  type HopCipher,
  type HopKey
} from '../crypto/index.ts';
import { UsageError } from '../errors.ts';
import { encodeFinalControl, encodeFrame, encodeNextHopControl, encodeServerControl } from '../wire/index.ts';

export interface OnionHop {
  /** 64 hex characters. */
  readonly ed25519PublicKeyHex: string;
  /** 32 bytes, derived from the Ed25519 key. */
  readonly x25519PublicKey: Uint8Array;
}

export interface OnionServer {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Path the last hop posts to, such as `/oxen/v4/lsrpc`. */
  readonly target: string;
  /** 32 bytes. */
  readonly x25519PublicKey: Uint8Array;
}

export type OnionDestination =
  ({ readonly kind: 'node' } & OnionHop) | ({ readonly kind: 'server' } & OnionServer);

/** One layer's choices; absent ones are drawn. Only tests fix keys and nonces. */
export interface LayerOptions {
  readonly cipher?: HopCipher;
  readonly ephemeralSecretKey?: Uint8Array;
  readonly nonce?: Uint8Array;
  /** Names AES-GCM in the control in place of leaving `enc_type` out. */
  readonly namesAesGcm?: boolean;
}

export interface OnionInput {
  /** Guard node first; one for a guard test, three for a path. */
  readonly hops: readonly OnionHop[];
  readonly destination: OnionDestination;
  /** Storage RPC for a node, v4 list or v3 JSON for a server. */
  readonly payload: Uint8Array;
  readonly cipher: HopCipher;
  /** One for each hop and one for the destination, in travelling order. */
  readonly layers?: readonly LayerOptions[];
  readonly finalControl?: Uint8Array;
}

export interface BuiltOnion {
  /** For `/onion_req/v2` of the first hop. */
  readonly body: Uint8Array;
  /** Opens the destination's answer. */
  readonly destinationKey: HopKey;
  /** Opens what the last hop itself says when it refuses to relay to a server. */
  readonly lastHopKey: HopKey;
}

/**
 * @throws CryptoError `low-order-point`, `bad-key-length`; UsageError without hops
 */
export async function buildOnionRequest(crypto: CryptoBackend, input: OnionInput): Promise<BuiltOnion> {
  const { hops, destination } = input;
  if (hops.length === 0) throw new UsageError('an onion request has at least one hop');
  const recipients = [...hops, destination];
  const layers = recipients.map((_, index) => ({ cipher: input.cipher, ...input.layers?.[index] }));
  const keys = await Promise.all(
    recipients.map(({ x25519PublicKey }, index) => {
      const { cipher, ephemeralSecretKey } = layers[index] as LayerOptions & { cipher: HopCipher };
      const base = { hopX25519PublicKey: x25519PublicKey, cipher };
      return createHopKey(crypto, ephemeralSecretKey ? { ...base, ephemeralSecretKey } : base);
    })
  );
  const innermost =
    destination.kind === 'node'
      ? encodeFrame(input.payload, input.finalControl ?? encodeFinalControl({ cipher: input.cipher }))
      : input.payload;
  let layer = innermost;
  for (let index = recipients.length - 1; index >= 0; index--) {
    const ephemeral = keys[index] as EphemeralKey;
    const ciphertext = await encryptLayer(crypto, ephemeral.key, layer, layers[index]?.nonce);
    layer = encodeFrame(
      ciphertext,
      controlFor(recipients[index] as Recipient, index, ephemeral, layers[index])
    );
  }
  return {
    body: layer,
    destinationKey: (keys.at(-1) as EphemeralKey).key,
    lastHopKey: (keys.at(-2) as EphemeralKey).key
  };
}

type Recipient = OnionHop | OnionDestination;
type EphemeralKey = { readonly key: HopKey; readonly ephemeralPublicKey: Uint8Array };

/** What the reader of the layer outside learns about `recipient`; the reader of the outermost is the gateway. */
function controlFor(
  recipient: Recipient,
  index: number,
  { key, ephemeralPublicKey }: EphemeralKey,
  layer: LayerOptions | undefined
): Uint8Array {
  const layerKey = { ephemeralPublicKey, cipher: key.cipher, namesAesGcm: layer?.namesAesGcm ?? false };
  if ('kind' in recipient && recipient.kind === 'server') {
    const { host, target, protocol, port } = recipient;
    return encodeServerControl({ host, target, protocol, port, ...layerKey });
  }
  return encodeNextHopControl(
    index === 0 ? layerKey : { ...layerKey, destinationEd25519Hex: recipient.ed25519PublicKeyHex }
  );
}
