// The one thing the gateway does for a client: it carries an opaque body to `/onion_req/v2` of a guard and brings
// back status and body unchanged (network.md §6.1). Both ways are streamed and counted.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayErrorCode } from './errors.ts';
import type { GuardAddress } from './guard-address.ts';
import {
  createGuardConnections,
  type Exchange,
  type GuardConnection,
  type GuardConnections
} from './guard-connection.ts';
import type { GatewayLimits } from './limits.ts';
import { API_HEADERS, drain, failure, sendReply } from './reply.ts';

/** Bodies up to this size are kept until the guard answers, so that they can be sent once more. */
const MAX_REPLAY_BYTES = 64 * 1024;

export interface Relay {
  /**
   * Carries one request whose head was found in order. Resolves when it is over, however it ended.
   * @param bodyBytes the declared length of the body, within the limits
   * @param headers more headers for the answer
   */
  carry(
    request: IncomingMessage,
    response: ServerResponse,
    guard: GuardAddress,
    bodyBytes: number,
    headers: Readonly<Record<string, string>>
  ): Promise<RelayResult>;
  /** Ends all connections to guards. */
  close(): void;
}

export interface RelayResult {
  /** Bytes of the answer that were passed on. */
  readonly replyBytes: number;
}

export function createRelay(limits: GatewayLimits): Relay {
  const connections = createGuardConnections(limits.connectTimeoutMs);
  return {
    carry: (request, response, guard, bodyBytes, headers) =>
      new Promise((done) => {
        new Carriage({ request, response, guard, bodyBytes, headers, limits, connections, done }).start();
      }),
    close: () => connections.close()
  };
}

interface CarriageInput {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly guard: GuardAddress;
  readonly bodyBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: GatewayLimits;
  readonly connections: GuardConnections;
  readonly done: (result: RelayResult) => void;
}

/** One request on its way. */
class Carriage implements Exchange {
  private readonly input: CarriageInput;
  private connection: GuardConnection | null = null;
  /** What was sent so far, while it may have to be sent again. */
  private kept: Buffer[] | null;
  private replyBytes = 0;
  private isOver = false;
  private waitsForGuard = false;
  private readonly deadline: NodeJS.Timeout;

  constructor(input: CarriageInput) {
    this.input = input;
    this.kept = input.bodyBytes <= MAX_REPLAY_BYTES ? [] : null;
    this.deadline = setTimeout(() => this.onDeadline(), input.limits.relayTimeoutMs);
  }

  start(): void {
    const { request, response } = this.input;
    request.on('data', (chunk: Buffer) => this.onRequestBody(chunk));
    request.on('error', () => this.finish());
    response.on('drain', () => this.connection?.resumeReply());
    // The client went away, or the answer is out.
    response.on('close', () => this.finish());
  }

  private onRequestBody(chunk: Buffer): void {
    if (this.isOver || this.input.response.headersSent) return;
    this.kept?.push(chunk);
    this.waitsForGuard = !this.send(chunk);
    if (this.waitsForGuard) this.input.request.pause();
  }

  private send(chunk: Buffer): boolean {
    if (this.connection) return this.connection.write(chunk);
    this.connection = this.input.connections.open(this.input.guard);
    return this.connection.begin(this, this.input.bodyBytes, chunk);
  }

  onDrain(): void {
    this.waitsForGuard = false;
    this.input.request.resume();
  }

  onFailure(isStale: boolean): void {
    if (this.isOver) return;
    if (!isStale || !this.kept) return this.fail('guard-unreachable');
    const sent = Buffer.concat(this.kept);
    this.kept = null;
    this.connection = this.input.connections.open(this.input.guard, true);
    this.connection.begin(this, this.input.bodyBytes, sent);
    this.input.request.resume();
  }

  onHead(status: number, contentLength: number | null): void {
    const { response, request, limits, headers } = this.input;
    this.kept = null;
    if (contentLength !== null && contentLength > limits.maxReplyBytes) return this.fail('reply-too-large');
    // What the guard did not want to read, the client need not wait for.
    request.resume();
    response.writeHead(status, {
      ...API_HEADERS,
      ...headers,
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
      ...(contentLength === null ? {} : { 'content-length': contentLength })
    });
  }

  onBody(chunk: Buffer): void {
    if (this.isOver) return;
    this.replyBytes += chunk.length;
    if (this.replyBytes > this.input.limits.maxReplyBytes) return this.cut();
    if (!this.input.response.write(chunk)) this.connection?.pauseReply();
  }

  onEnd(): void {
    this.connection = null;
    if (this.isOver) return;
    this.input.response.end();
    drain(this.input.request);
  }

  private onDeadline(): void {
    if (this.input.response.headersSent) return this.cut();
    this.fail(this.input.request.complete || this.waitsForGuard ? 'guard-timeout' : 'request-timeout');
  }

  /** Ends with a failure of our own; once an answer has begun all that is left is to cut it short. */
  private fail(code: GatewayErrorCode): void {
    const { request, response, headers } = this.input;
    if (this.isOver) return;
    if (response.headersSent) return this.cut();
    const reply = failure(code);
    sendReply(response, { ...reply, headers: { ...reply.headers, ...headers } }, false);
    drain(request);
    this.finish();
  }

  private cut(): void {
    this.input.response.destroy();
    this.finish();
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.deadline);
    // Null once the answer was read to its end and the connection given back.
    this.connection?.destroy();
    this.kept = null;
    this.input.done({ replyBytes: this.replyBytes });
  }
}
