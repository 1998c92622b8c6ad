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
  // By address, in the order they became idle.
  const idle = new Map<string, Connection[]>();
  const open = new Set<Connection>();
  let idleCount = 0;

  const sweep = setInterval(() => {
    const oldest = performance.now() - IDLE_MS;
    const stale = [...idle.values()].flat().filter((connection) => connection.idleSinceMs < oldest);
    for (const connection of stale) connection.destroy();
  }, IDLE_MS / 3);
  sweep.unref();

  /** Takes a connection out of the idle ones; null when it is not among them. */
  const take = (address: string, which: (of: readonly Connection[]) => number): Connection | null => {
    const own = idle.get(address) ?? [];
    const [taken] = own.splice(which(own), 1);
    if (own.length === 0) idle.delete(address);
    if (taken) idleCount -= 1;
    return taken ?? null;
  };
  const keep = (connection: Connection) => {
    if (idleCount >= MAX_IDLE) return connection.destroy();
    idleCount += 1;
    const own = idle.get(connection.address);
    if (own) own.push(connection);
    else idle.set(connection.address, [connection]);
  };
  const forget = (connection: Connection) => {
    open.delete(connection);
    take(connection.address, (own) => (own.includes(connection) ? own.indexOf(connection) : own.length));
  };

  return {
    open(guard, fresh = false) {
      const kept = fresh ? null : take(`${guard.ip}:${guard.port}`, (own) => own.length - 1);
      if (kept) return kept;
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
  private readonly forget: (connection: Connection) => void;
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
    this.forget = forget;
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
    this.forget(this);
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
    this.destroy();
  }

  private onReplyEnd(isReusable: boolean): void {
    const { exchange } = this;
    this.exchange = null;
    this.parser = null;
    if (isReusable && this.unsent === 0 && !this.socket.destroyed) {
      this.isReused = true;
      this.idleSinceMs = performance.now();
      this.socket.resume();
      this.keep(this);
    } else {
      this.destroy();
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
