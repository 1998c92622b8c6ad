// One request to some member of a swarm, and what the statuses mean for the next try (network.md §1.6, §2.1, §2.2, §4.4).
import type { AccountId } from '../account-id.ts';
import type { Log } from '../log.ts';
import { errorCode } from '../errors.ts';
import { OnionError, type OnionClient, type VerifiedNode } from '../onion/index.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import type { JsonValue, RpcRequest } from '../wire/index.ts';
import { SwarmError } from './errors.ts';
import type { Membership } from './membership.ts';
import { createSilentMembers, type SilentMembers } from './silent-members.ts';

/** Members tried for one request. */
const MEMBER_TRIES = 3;
/** A member passes changes on to all others, and waits 5 s for one that does not answer (network.md §4.6). */
const CHANGE_PATIENCE_MS = 6_000;
/** Reading concerns the member alone. */
export const READ_PATIENCE_MS = 3_000;
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
  /** How long one member may take before a second one is asked beside it; as long as a change may take when absent. */
  readonly patienceMs?: number;
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
 * Sends to members in random order until one gives an answer that stands. Another one is asked beside a member that is
 * late, and the answer that comes first counts. All requests of §5.5 may be made twice.
 * @throws SwarmError; OnionError when members cannot be reached at all; the signal's reason
 */
export function createSendToMember(dependencies: MemberDependencies): SendToMember {
  const silent = createSilentMembers(() => dependencies.onion.networkTimeMs());
  return (request) => new MemberSend({ ...dependencies, silent }, request).run();
}

/** A member's answer that stands, or `next` when another member has to be asked. */
type Outcome<T> = 'next' | { readonly value: T };

/** What one of two requests side by side is told. */
interface Lane {
  /** Aborted when the other one has got the answer. */
  readonly over: AbortSignal;
  readonly onLate: () => void;
}

/** The state of one request over its tries. */
class MemberSend<T> {
  private readonly dependencies: MemberDependencies & { readonly silent: SilentMembers };
  private readonly request: MemberRequest<T>;
  private readonly tried = new Set<string>();
  private readonly clockRepeated = new Set<string>();
  private isCorrected = false;
  private rejections = 0;
  private failure: Error | null = null;
  private triesLeft: number;

  constructor(
    dependencies: MemberDependencies & { readonly silent: SilentMembers },
    request: MemberRequest<T>
  ) {
    this.dependencies = dependencies;
    this.request = request;
    this.triesLeft = request.tries ?? MEMBER_TRIES;
  }

  async run(): Promise<T> {
    const { signal } = this.request;
    while (this.triesLeft > 0) {
      signal?.throwIfAborted();
      const node = await this.nextMember();
      if (!node) break;
      const outcome = await this.round(node);
      if (outcome !== 'next') return outcome.value;
      if (this.rejections >= REJECTIONS) break;
    }
    throw this.failure ?? new SwarmError('no-swarm', { retry: 'later' });
  }

  /** One member, and for each that is late another one beside it. Ends with the first answer that stands, or the last. */
  private round(first: VerifiedNode): Promise<Outcome<T>> {
    const over = new AbortController();
    const running = new Set<VerifiedNode>();
    const { silent } = this.dependencies;
    return new Promise<Outcome<T>>((resolve, reject) => {
      let refusal: unknown = null;
      const begin = (node: VerifiedNode) => {
        this.triesLeft--;
        running.add(node);
        this.attempt(node, { over: over.signal, onLate: () => help(node) })
          .catch((error: unknown): 'next' => {
            refusal ??= error;
            return 'next';
          })
          .then((outcome) => {
            running.delete(node);
            if (outcome !== 'next') resolve(outcome);
            else if (running.size > 0) return;
            else if (refusal !== null) reject(refusal as Error);
            else resolve('next');
          }, reject);
      };
      const help = (late: VerifiedNode) => {
        silent.add(late.ed25519PublicKeyHex);
        if (this.triesLeft === 0) return;
        const other = this.draw();
        if (other) begin(other);
      };
      begin(first);
    }).finally(() => over.abort());
  }

  private async nextMember(): Promise<VerifiedNode | null> {
    const { onion, membership } = this.dependencies;
    const { accountId, signal } = this.request;
    if (membership.members(accountId).length === 0) {
      await onion.whenUsable(signal);
      if (membership.members(accountId).length === 0) await onion.refreshNodes(signal).catch(() => false);
    }
    const members = membership.members(accountId);
    // A swarm smaller than the number of tries is gone through again.
    if (members.every((node) => this.tried.has(node.ed25519PublicKeyHex))) this.tried.clear();
    return this.draw();
  }

  /** A member not tried yet: the preferred one, else at random among those that are expected to answer. */
  private draw(): VerifiedNode | null {
    const { onion, membership, random, silent } = this.dependencies;
    const { accountId, preferNodeHex } = this.request;
    const left = membership.members(accountId).filter((node) => !this.tried.has(node.ed25519PublicKeyHex));
    const preferred = left.find((node) => node.ed25519PublicKeyHex === preferNodeHex);
    const usable = left.filter((node) => onion.isUsable(node.ed25519PublicKeyHex));
    const talking = usable.filter((node) => !silent.has(node.ed25519PublicKeyHex));
    const from = [talking, usable, left].find((nodes) => nodes.length > 0) ?? [];
    const isPreferred = preferred && (talking.length === 0 || talking.includes(preferred));
    const node = isPreferred ? preferred : (from[randomBelow(random, Math.max(1, from.length))] ?? null);
    if (node) this.tried.add(node.ed25519PublicKeyHex);
    return node;
  }

  private async attempt(node: VerifiedNode, lane: Lane): Promise<Outcome<T>> {
    const { onion, membership, silent } = this.dependencies;
    const { accountId, timeoutMs, patienceMs = CHANGE_PATIENCE_MS } = this.request;
    const signal = this.request.signal ? AbortSignal.any([this.request.signal, lane.over]) : lane.over;
    const nowMs = onion.networkTimeMs();
    const rpc = await this.request.build(nowMs, node);
    try {
      const { onLate } = lane;
      const options = {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        patienceMs,
        onLate,
        signal,
        subject: accountId
      };
      const members = membership.members(accountId);
      const { status, body } = await onion.requestNode(node, rpc, options);
      silent.delete(node.ed25519PublicKeyHex);
      if (status !== 200) return await this.onStatus(node, status, body, lane);
      return { value: await this.request.read(body, { node, nowMs, members }) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StatusError) return this.onStatus(node, error.status, error.body, lane);
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
    body: JsonValue,
    lane: Lane
  ): Promise<Outcome<T>> {
    switch (status) {
      case 406:
      case 425:
        return this.onClock(node, lane);
      case 421:
        return this.onWrongSwarm(node, body, lane);
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
  private async onClock(node: VerifiedNode, lane: Lane): Promise<Outcome<T>> {
    const { onion } = this.dependencies;
    const key = node.ed25519PublicKeyHex;
    this.failure = new SwarmError('clock-skew', { retry: 'later' });
    if (this.clockRepeated.has(key)) {
      onion.strikeNode(key, 'clock-skew');
      return 'next';
    }
    this.clockRepeated.add(key);
    await onion.resyncClock(this.request.signal).catch(() => false);
    return this.attempt(node, lane);
  }

  /** Takes the answered swarm over and goes on with it, once. */
  private async onWrongSwarm(node: VerifiedNode, body: JsonValue, lane: Lane): Promise<Outcome<T>> {
    const { membership } = this.dependencies;
    const { accountId, signal } = this.request;
    this.failure = new SwarmError('wrong-swarm', { retry: 'later' });
    const isNew = await membership.correct(accountId, node, body, signal);
    if (!isNew || this.isCorrected) return 'next';
    this.isCorrected = true;
    const other = await this.nextMember();
    return other ? this.attempt(other, lane) : 'next';
  }
}
