// TLS connections to guards, kept open between requests. Each carries one request at a time.
import { connect, type TLSSocket } from 'node:tls';
import type { GuardAddress } from './guard-address.ts';
import { createReplyParser, type ReplyParser, type ReplySink } from './reply-parser.ts';

/** What happens to the request a connection carries. */
export interface Exchange extends ReplySink {
  /** The connection takes more again. */
  onDrain(): void;
  /**
   * The connection ended, or spoke no HTTP, before the answer was over.
   * @param isStale it had been kept from an earlier request and gave not a byte: most likely closed meanwhile
   */
  onFailure(isStale: boolean): void;
}

export interface GuardConnection {
  /** Sends the head of an onion request of `bodyBytes` bytes, with the first of them. */
  begin(exchange: Exchange, bodyBytes: number, first: Buffer): boolean;
  /** Sends more of the body; false when it should wait for `onDrain`. */
  write(chunk: Buffer): boolean;
  pauseReply(): void;
  resumeReply(): void;
  /** Ends the connection; its exchange hears nothing more. */
  destroy(): void;
}

export interface GuardConnections {
  /** A connection to a guard: one kept from before, unless `fresh`. */
  open(guard: GuardAddress, fresh?: boolean): GuardConnection;
  close(): void;
}

const IDLE_MS = 15_000;
const MAX_IDLE = 256;

/** Keeps connections whose request is over, and gives them out again, the latest first. */
export function createGuardConnections(connectTimeoutMs: number): GuardConnections {
  // In the order they became idle.
  const idle = new Set<Connection>();
  const open = new Set<Connection>();

  const sweep = setInterval(() => {
    const oldest = performance.now() - IDLE_MS;
    for (const connection of idle) if (connection.idleSinceMs < oldest) connection.destroy();
  }, IDLE_MS / 3);
  sweep.unref();

  const keep = (connection: Connection) => {
    idle.add(connection);
    if (idle.size > MAX_IDLE) idle.values().next().value?.destroy();
  };
  const forget = (connection: Connection) => {
    idle.delete(connection);
    open.delete(connection);
  };

  return {
    open(guard, fresh = false) {
      const address = `${guard.ip}:${guard.port}`;
      const kept = fresh ? undefined : [...idle].findLast((connection) => connection.address === address);
      if (kept) {
        idle.delete(kept);
        return kept;
      }
      const made = new Connection(guard, connectTimeoutMs, keep, forget);
      open.add(made);
      return made;
    },
    close() {
      clearInterval(sweep);
      for (const connection of open) connection.destroy();
    }
  };
}

class Connection implements GuardConnection {
  readonly address: string;
  idleSinceMs = 0;
  private readonly socket: TLSSocket;
  private readonly keep: (connection: Connection) => void;
  private exchange: Exchange | null = null;
  private parser: ReplyParser | null = null;
  private isReused = false;
  /** Body bytes still to be written. */
  private unsent = 0;

  constructor(
    { ip, port }: GuardAddress,
    connectTimeoutMs: number,
    keep: (connection: Connection) => void,
    forget: (connection: Connection) => void
  ) {
    this.address = `${ip}:${port}`;
    this.keep = keep;
    // Nodes sign their own certificates, for no name; the layers of the body are what authenticates them.
    this.socket = connect({ host: ip, port, rejectUnauthorized: false });
    this.socket.setNoDelay(true);
    const timer = setTimeout(() => this.socket.destroy(), connectTimeoutMs);
    this.socket.once('secureConnect', () => clearTimeout(timer));
    this.socket.on('data', (chunk: Buffer) => this.onData(chunk));
    this.socket.on('drain', () => this.exchange?.onDrain());
    this.socket.on('end', () => this.onEnd());
    this.socket.on('error', () => this.fail());
    this.socket.on('close', () => {
      clearTimeout(timer);
      this.fail();
      forget(this);
    });
  }

  begin(exchange: Exchange, bodyBytes: number, first: Buffer): boolean {
    this.exchange = exchange;
    this.unsent = bodyBytes - first.length;
    this.parser = createReplyParser({
      onHead: (status, contentLength) => exchange.onHead(status, contentLength),
      onBody: (chunk) => exchange.onBody(chunk),
      onEnd: (isReusable) => this.onReplyEnd(isReusable)
    });
    const head = `POST /onion_req/v2 HTTP/1.1\r\nHost: ${this.address}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${bodyBytes}\r\n\r\n`;
    return this.socket.write(Buffer.concat([Buffer.from(head, 'latin1'), first]));
  }

  write(chunk: Buffer): boolean {
    this.unsent -= chunk.length;
    return this.socket.write(chunk);
  }

  pauseReply(): void {
    this.socket.pause();
  }

  resumeReply(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.exchange = null;
    this.socket.destroy();
  }

  private onData(chunk: Buffer): void {
    // Nobody asked.
    if (!this.parser) return this.destroy();
    try {
      this.parser.push(chunk);
    } catch {
      this.fail();
    }
  }

  private onEnd(): void {
    try {
      this.parser?.end();
    } catch {
      this.fail();
    }
    this.socket.destroy();
  }

  private onReplyEnd(isReusable: boolean): void {
    const { exchange } = this;
    this.exchange = null;
    this.parser = null;
    if (isReusable && this.unsent === 0) {
      this.isReused = true;
      this.idleSinceMs = performance.now();
      this.socket.resume();
      this.keep(this);
    } else {
      this.socket.destroy();
    }
    exchange?.onEnd(isReusable);
  }

  private fail(): void {
    const { exchange } = this;
    const isStale = this.isReused && this.parser?.hasBegun === false;
    this.destroy();
    exchange?.onFailure(isStale);
  }
}
