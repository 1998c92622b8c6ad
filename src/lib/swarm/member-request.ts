// One request to some member of a swarm, and what the statuses mean for the next try (network.md §1.6, §2.1, §2.2, §4.4).
import type { AccountId } from '../account-id.ts';
import type { Log } from '../log.ts';
import { errorCode } from '../errors.ts';
import { OnionError, type OnionClient, type VerifiedNode } from '../onion/index.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import type { JsonValue, RpcRequest } from '../wire/index.ts';
import { SwarmError } from './errors.ts';
import type { Membership } from './membership.ts';

/** Members tried for one request. */
const MEMBER_TRIES = 3;
/** Members that must refuse a request before it is believed to be wrong in itself. */
const REJECTIONS = 2;

export interface MemberRequest<T> {
  readonly accountId: AccountId;
  /** Builds and signs the request of one attempt. @param nowMs network time of this attempt */
  readonly build: (nowMs: number, node: VerifiedNode) => Promise<RpcRequest>;
  /**
   * Reads and checks the answer to a request that had status 200.
   * @throws SwarmError `unverified-answer` or WireError when the node lies or answers garbage; StatusError for a status
   *   inside a batch
   */
  readonly read: (body: JsonValue, attempt: Attempt) => Promise<T>;
  readonly preferNodeHex?: string;
  readonly tries?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface Attempt {
  readonly node: VerifiedNode;
  /** Network time the request was stamped with. */
  readonly nowMs: number;
  /** The swarm as known when the request was sent. */
  readonly members: readonly VerifiedNode[];
}

/** A status that stood inside a batch and holds for all of it. */
export class StatusError extends Error {
  readonly status: number;
  readonly body: JsonValue;
  constructor(status: number, body: JsonValue) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
  }
}

export type SendToMember = <T>(request: MemberRequest<T>) => Promise<T>;

export interface MemberDependencies {
  readonly onion: OnionClient;
  readonly membership: Membership;
  readonly random: RandomBytes;
  readonly log: Log;
}

/**
 * Sends to members in random order until one gives an answer that stands.
 * @throws SwarmError; OnionError when members cannot be reached at all; the signal's reason
 */
export function createSendToMember(dependencies: MemberDependencies): SendToMember {
  return (request) => new MemberSend(dependencies, request).run();
}

/** The state of one request over its tries. */
class MemberSend<T> {
  private readonly dependencies: MemberDependencies;
  private readonly request: MemberRequest<T>;
  private readonly tried = new Set<string>();
  private readonly clockRepeated = new Set<string>();
  private isCorrected = false;
  private rejections = 0;
  private failure: Error | null = null;

  constructor(dependencies: MemberDependencies, request: MemberRequest<T>) {
    this.dependencies = dependencies;
    this.request = request;
  }

  async run(): Promise<T> {
    const { tries = MEMBER_TRIES, signal } = this.request;
    for (let attempt = 0; attempt < tries; attempt++) {
      signal?.throwIfAborted();
      const node = await this.nextMember();
      if (!node) break;
      const outcome = await this.attempt(node);
      if (outcome !== 'next') return outcome.value;
      if (this.rejections >= REJECTIONS) break;
    }
    throw this.failure ?? new SwarmError('no-swarm', { retry: 'later' });
  }

  private async nextMember(): Promise<VerifiedNode | null> {
    const { onion, membership, random } = this.dependencies;
    const { accountId, preferNodeHex, signal } = this.request;
    if (membership.members(accountId).length === 0) {
      await onion.whenUsable(signal);
      if (membership.members(accountId).length === 0) await onion.refreshNodes(signal).catch(() => false);
    }
    const members = membership.members(accountId);
    // A swarm smaller than the number of tries is gone through again.
    if (members.every((node) => this.tried.has(node.ed25519PublicKeyHex))) this.tried.clear();
    const left = members.filter((node) => !this.tried.has(node.ed25519PublicKeyHex));
    const preferred = left.find((node) => node.ed25519PublicKeyHex === preferNodeHex);
    const usable = left.filter((node) => onion.isUsable(node.ed25519PublicKeyHex));
    const from = usable.length > 0 ? usable : left;
    const node = preferred ?? from[randomBelow(random, Math.max(1, from.length))] ?? null;
    if (node) this.tried.add(node.ed25519PublicKeyHex);
    return node;
  }

  private async attempt(node: VerifiedNode): Promise<'next' | { value: T }> {
    const { onion, membership } = this.dependencies;
    const { accountId, signal, timeoutMs } = this.request;
    const nowMs = onion.networkTimeMs();
    const rpc = await this.request.build(nowMs, node);
    try {
      const options = { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(signal ? { signal } : {}) };
      const members = membership.members(accountId);
      const { status, body } = await onion.requestNode(node, rpc, options);
      if (status !== 200) return await this.onStatus(node, status, body);
      return { value: await this.request.read(body, { node, nowMs, members }) };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StatusError) return this.onStatus(node, error.status, error.body);
      return this.onError(node, error);
    }
  }

  private onError(node: VerifiedNode, error: unknown): 'next' {
    if (error instanceof OnionError) {
      // Without a connection other members are no better.
      if (error.retry !== 'other-path') throw error;
      this.failure ??= error;
      return 'next';
    }
    const code = errorCode(error);
    if (code !== 'unverified-answer' && code !== 'malformed' && code !== 'too-large') throw error;
    this.dependencies.onion.strikeNode(node.ed25519PublicKeyHex, code);
    this.dependencies.log.warn('swarm-answer-refused', { code });
    this.failure = new SwarmError('unverified-answer', { retry: 'later', cause: error });
    return 'next';
  }

  private async onStatus(
    node: VerifiedNode,
    status: number,
    body: JsonValue
  ): Promise<'next' | { value: T }> {
    switch (status) {
      case 406:
      case 425:
        return this.onClock(node);
      case 421:
        return this.onWrongSwarm(node, body);
      case 429:
        this.failure = new SwarmError('rate-limited', { retry: 'later' });
        return 'next';
      default:
        if (status >= 500 || status < 400) {
          this.failure ??= new SwarmError('swarm-failed', { retry: 'later', details: { status } });
          return 'next';
        }
        // Not a node's fault, if the node is honest: a second one is asked before it is believed.
        this.rejections++;
        this.failure = new SwarmError('rejected', { retry: 'never', details: { status } });
        return 'next';
    }
  }

  /** Measures the clock, stamps anew and repeats once; a node that refuses again is a bad one. */
  private async onClock(node: VerifiedNode): Promise<'next' | { value: T }> {
    const { onion } = this.dependencies;
    const key = node.ed25519PublicKeyHex;
    this.failure = new SwarmError('clock-skew', { retry: 'later' });
    if (this.clockRepeated.has(key)) {
      onion.strikeNode(key, 'clock-skew');
      return 'next';
    }
    this.clockRepeated.add(key);
    await onion.resyncClock(this.request.signal).catch(() => false);
    return this.attempt(node);
  }

  /** Takes the answered swarm over and goes on with it, once. */
  private async onWrongSwarm(node: VerifiedNode, body: JsonValue): Promise<'next' | { value: T }> {
    const { membership } = this.dependencies;
    const { accountId, signal } = this.request;
    this.failure = new SwarmError('wrong-swarm', { retry: 'later' });
    const isNew = await membership.correct(accountId, node, body, signal);
    if (!isNew || this.isCorrected) return 'next';
    this.isCorrected = true;
    const other = await this.nextMember();
    return other ? this.attempt(other) : 'next';
  }
}
