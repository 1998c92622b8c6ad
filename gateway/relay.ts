// The one thing the gateway does for a client: it carries an opaque body to `/onion_req/v2` of a guard and brings
// back status and body unchanged (network.md §6.1). Both ways are streamed and counted.
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { GatewayErrorCode } from './errors.ts';
import type { GuardAddress } from './guard-address.ts';
import type { GatewayLimits } from './limits.ts';
import { API_HEADERS, failure, sendReply } from './reply.ts';

/** Bodies up to this size are kept until the guard answers, so that they can be sent once more. */
const MAX_REPLAY_BYTES = 64 * 1024;
/** How long an idle connection to a guard is kept. */
const IDLE_CONNECTION_MS = 15_000;
const MAX_IDLE_CONNECTIONS = 256;

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

/** A connection that was kept open may have been closed by the guard just as we used it: not the guard's fault. */
function isStaleConnection(upstream: ClientRequest, error: NodeJS.ErrnoException): boolean {
  return upstream.reusedSocket && ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(error.code ?? '');
}

export function createRelay(limits: GatewayLimits): Relay {
  const agent = new Agent({
    keepAlive: true,
    maxTotalSockets: limits.inFlight,
    maxFreeSockets: MAX_IDLE_CONNECTIONS,
    timeout: IDLE_CONNECTION_MS,
    scheduling: 'lifo'
  });
  return {
    carry: (request, response, guard, bodyBytes, headers) =>
      new Promise((resolve) => {
        new Carriage({ request, response, guard, bodyBytes, headers, limits, agent, done: resolve }).start();
      }),
    close: () => agent.destroy()
  };
}

interface CarriageInput {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly guard: GuardAddress;
  readonly bodyBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: GatewayLimits;
  readonly agent: Agent;
  readonly done: (result: RelayResult) => void;
}

/** One request on its way. */
class Carriage {
  private readonly input: CarriageInput;
  private upstream: ClientRequest | null = null;
  /** What was sent so far, while it may have to be sent again. */
  private kept: Buffer[] | null;
  private replyBytes = 0;
  private isOver = false;
  private isAnswered = false;
  private waitsForGuard = false;
  private readonly deadline: NodeJS.Timeout;

  constructor(input: CarriageInput) {
    this.input = input;
    this.kept = input.bodyBytes <= MAX_REPLAY_BYTES ? [] : null;
    this.deadline = setTimeout(() => this.onDeadline(), input.limits.relayTimeoutMs);
  }

  start(): void {
    const { request, response } = this.input;
    this.connect(this.input.agent);
    request.on('data', (chunk: Buffer) => this.onBody(chunk));
    request.on('end', () => this.upstream?.end());
    request.on('error', () => this.finish());
    // The client went away, or the answer is out.
    response.on('close', () => this.finish());
  }

  private connect(agent: Agent | false): void {
    const { guard, bodyBytes, limits } = this.input;
    const upstream = httpsRequest({
      agent,
      host: guard.ip,
      port: guard.port,
      method: 'POST',
      path: '/onion_req/v2',
      headers: { 'content-type': 'application/octet-stream', 'content-length': bodyBytes },
      // Nodes sign their own certificates for no name; the layers of the body are what authenticates them.
      rejectUnauthorized: false
    });
    this.upstream = upstream;
    upstream.on('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => this.fail('guard-unreachable'), limits.connectTimeoutMs);
      socket.once('secureConnect', () => clearTimeout(timer));
      socket.once('close', () => clearTimeout(timer));
    });
    upstream.on('drain', () => {
      this.waitsForGuard = false;
      this.input.request.resume();
    });
    upstream.on('response', (reply) => this.onReply(reply));
    upstream.on('upgrade', () => this.fail('guard-unreachable'));
    upstream.on('error', (error: NodeJS.ErrnoException) => this.onGuardError(upstream, error));
  }

  private onBody(chunk: Buffer): void {
    this.kept?.push(chunk);
    if (this.upstream?.writable && !this.upstream.write(chunk)) {
      this.waitsForGuard = true;
      this.input.request.pause();
    }
  }

  private onGuardError(upstream: ClientRequest, error: NodeJS.ErrnoException): void {
    if (this.isOver || upstream !== this.upstream) return;
    if (!this.kept || !isStaleConnection(upstream, error)) return this.fail('guard-unreachable');
    const sent = this.kept;
    this.kept = null;
    this.connect(false);
    for (const chunk of sent) this.upstream.write(chunk);
    if (this.input.request.readableEnded) this.upstream.end();
    else this.input.request.resume();
  }

  private onReply(reply: IncomingMessage): void {
    const { response, request, limits, headers } = this.input;
    if (this.isOver) return void reply.destroy();
    this.kept = null;
    const status = reply.statusCode ?? 0;
    if (status < 200 || status > 599) return this.fail('guard-unreachable');
    const declared = reply.headers['content-length'];
    if (declared !== undefined && Number(declared) > limits.maxReplyBytes)
      return this.fail('reply-too-large');
    // What the guard did not want to read, the client need not wait for.
    request.resume();
    response.writeHead(status, {
      ...API_HEADERS,
      ...headers,
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
      ...(declared === undefined ? {} : { 'content-length': declared })
    });
    reply.on('data', (chunk: Buffer) => {
      this.replyBytes += chunk.length;
      if (this.replyBytes > limits.maxReplyBytes) return this.cut();
      if (!response.write(chunk)) reply.pause();
    });
    response.on('drain', () => reply.resume());
    reply.on('end', () => {
      this.isAnswered = reply.complete;
      if (reply.complete) response.end();
      else this.cut();
    });
    reply.on('error', () => this.cut());
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
    // The rest of the body is read and dropped, or the client would not get to read the answer.
    request.resume();
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
    if (!this.isAnswered) this.upstream?.destroy();
    this.kept = null;
    this.input.done({ replyBytes: this.replyBytes });
  }
}
