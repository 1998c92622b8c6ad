// Which networks exist, and the keys a build trusts for each (design.md §3.1). Data only: no answer of a gateway
// ever changes it. The local network is known through /network.json, which has the same fields.
import type { AccountId } from './account-id.ts';

/** A service node whose key comes with the build. */
export interface Anchor {
  /** Ed25519 public key, 64 hex characters. */
  readonly ed25519PublicKeyHex: string;
  readonly ip: string;
  /** HTTPS port. */
  readonly port: number;
}

/** A bootstrap server, asked by the gateway alone (network.md §1.1). */
export interface Seed {
  readonly url: string;
  /** base64 of the SHA-256 of the certificate's public key (DER); absent for plain HTTP. */
  readonly publicKeySha256Base64?: string;
}

export interface FileServer {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly ed25519PublicKeyHex: string;
  /** The onion destination key; the Montgomery form of the Ed25519 key. */
  readonly x25519PublicKeyHex: string;
}

export interface NetworkDescriptor {
  /** `mainnet`, `testnet`, or the local seed's Ed25519 key (64 hex). A profile is bound to it. */
  readonly id: string;
  readonly kind: 'mainnet' | 'testnet' | 'local';
  readonly seeds: readonly Seed[];
  readonly anchors: readonly Anchor[];
  /** Local only: key that signs the body of `/gateway/v1/nodes`, which makes every listed node an anchor. */
  readonly listSigningKeyHex: string | null;
  /** Fewest verified service nodes with which the network counts as usable. */
  readonly minimumPool: number;
  readonly fileServer: FileServer;
  /** The Echo account of a local network. */
  readonly echoAccountId: AccountId | null;
}

const OFFICIAL_FILE_SERVER: FileServer = {
  protocol: 'http',
  host: 'filev2.getsession.org',
  port: 80,
  ed25519PublicKeyHex: 'b8eef9821445ae16e2e97ef8aa6fe782fd11ad5253cd6723b281341dba22e371',
  x25519PublicKeyHex: '09324794aa9c11948189762d198c618148e9136ac9582068180661208927ef34'
};

export const MAINNET: NetworkDescriptor = {
  id: 'mainnet',
  kind: 'mainnet',
  seeds: [
    {
      url: 'https://seed1.getsession.org:4443/json_rpc',
      publicKeySha256Base64: 'mlYTXvkmIEYcpswANTpnBwlz9Cswi0py/RQKkbdQOZQ='
    },
    {
      url: 'https://seed2.getsession.org:4443/json_rpc',
      publicKeySha256Base64: 'ZuUxe4wopBR83Yy5fePPNX0c00BnkQCu/49oapFpB0k='
    },
    {
      url: 'https://seed3.getsession.org:4443/json_rpc',
      publicKeySha256Base64: '4xe+8k1NjxerVTjUsWlZJNKt3PA7Y31pUls2tHYippA='
    }
  ],
  anchors: [
    {
      ed25519PublicKeyHex: '1f000f09a7b07828dcb72af7cd16857050c10c02bd58afb0e38111fb6cda1fef',
      ip: '95.216.33.113',
      port: 22100
    },
    {
      ed25519PublicKeyHex: '1f101f0acee4db6f31aaa8b4df134e85ca8a4878efaef7f971e88ab144c1a7ce',
      ip: '37.27.236.229',
      port: 22101
    },
    {
      ed25519PublicKeyHex: '1f202f00f4d2d4acc01e20773999a291cf3e3136c325474d159814e06199919f',
      ip: '172.96.140.124',
      port: 22102
    },
    {
      ed25519PublicKeyHex: '1f303f1d7523c46fa5398826740d13282d26b5de90fbae5749442f66afb6d78b',
      ip: '208.73.207.54',
      port: 22103
    },
    {
      ed25519PublicKeyHex: '1f604f1c858a121a681d8f9b470ef72e6946ee1b9c5ad15a35e16b50c28db7b0',
      ip: '104.194.8.115',
      port: 22104
    }
  ],
  listSigningKeyHex: null,
  minimumPool: 12,
  fileServer: OFFICIAL_FILE_SERVER,
  echoAccountId: null
};

/**
 * A network whose build also knows these nodes: the list a release carries. What the network has already comes first.
 * @param nodes as they were when the release was made; keys and addresses are trusted like the build's own
 */
export function withAnchors(network: NetworkDescriptor, nodes: readonly Anchor[]): NetworkDescriptor {
  const known = new Set(network.anchors.map((anchor) => anchor.ed25519PublicKeyHex));
  const added = nodes
    .filter((node) => !known.has(node.ed25519PublicKeyHex))
    .map(({ ed25519PublicKeyHex, ip, port }) => ({ ed25519PublicKeyHex, ip, port }));
  return added.length === 0 ? network : { ...network, anchors: [...network.anchors, ...added] };
}

export const TESTNET: NetworkDescriptor = {
  id: 'testnet',
  kind: 'testnet',
  seeds: [{ url: 'http://seed2.getsession.org:38157/json_rpc' }],
  anchors: [
    {
      ed25519PublicKeyHex: 'decaf20025ca6389d8225bda6a32d7fc4ee5176d21e3b2e9e08c3505a48a811a',
      ip: '23.88.6.250',
      port: 35520
    }
  ],
  listSigningKeyHex: null,
  minimumPool: 12,
  fileServer: OFFICIAL_FILE_SERVER,
  echoAccountId: null
};
