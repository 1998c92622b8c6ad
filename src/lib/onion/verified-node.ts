// A service node as this floor keeps it. No X25519 key: that is always derived from the Ed25519 key (design.md §3.1).

export interface VerifiedNode {
  /** 64 hex characters; the node's identity. */
  readonly ed25519PublicKeyHex: string;
  /** Dotted IPv4. */
  readonly ip: string;
  /** HTTPS port. */
  readonly port: number;
  /** Lower-case hex without leading zeros; null when the node serves no swarm. */
  readonly swarmIdHex: string | null;
}
