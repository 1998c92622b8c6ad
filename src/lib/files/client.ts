// The face of the floor: encrypted files to a file server and back, over three hops (accounts-and-messages.md §5.4). Knows
// neither keys of files nor messages.
import type { Clock } from '../clock.ts';
import { MAX_ENCRYPTED_FILE_BYTES, type CryptoBackend } from '../crypto/index.ts';
import { AppError, UsageError } from '../errors.ts';
import type { FileServer } from '../networks.ts';
import type { OnionClient, ServerAddress } from '../onion/index.ts';
import { buildDownloadUrl, type V4Request, type V4Response } from '../wire/index.ts';
import { expiryOfHeaders, readInfo, readUploaded, requireSuccess, type FileInfo } from './answers.ts';
import { FilesError } from './errors.ts';
import { locateFile, pointerIdOf, serverAddress } from './file-location.ts';
import { createSlots } from './slots.ts';

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /**
   * How far it is. `waiting` for a turn; `sending`: how much of a request has left cannot be seen from a browser;
   * `receiving` with the bytes that have come. A further attempt begins anew.
   */
  readonly onProgress?: (progress: TransferProgress) => void;
}

export type TransferProgress =
  { readonly phase: 'waiting' | 'sending' } | { readonly phase: 'receiving'; readonly receivedBytes: number };

export interface UploadedFile extends FileInfo {
  readonly fileId: string;
  /** For field 1 of a pointer. */
  readonly pointerId: bigint;
  /** Address for a message. */
  readonly url: string;
}

export interface DownloadedFile {
  /** As the server keeps it: encrypted. */
  readonly file: Uint8Array;
  /** Stream format, as opposed to legacy; the address says it. */
  readonly stream: boolean;
  /** Milliseconds since 1970; null when the server does not say. */
  readonly expiresAtMs: number | null;
}

/**
 * All methods throw FilesError; OnionError when no server is reached; the signal's reason when aborted. `retry` says
 * whether a later attempt can help; near attempts were made.
 */
export interface FileClient {
  /**
   * Uploads an encrypted file; the same bytes again only renew it.
   * @param options.stream whether it is in the stream format, for its address
   * @param options.ttlSeconds wanted life; the server's own when absent
   * @throws FilesError `file-too-large` before anything is sent, `file-server-*`, `file-refused`
   */
  upload(
    file: Uint8Array,
    options: TransferOptions & { readonly stream: boolean; readonly ttlSeconds?: number }
  ): Promise<UploadedFile>;
  /** @throws FilesError `file-url-invalid`, `file-expired`, `file-too-large`, `file-server-*`, `file-refused` */
  download(url: string, options?: TransferOptions): Promise<DownloadedFile>;
  /** @throws FilesError as `download` */
  info(url: string, options?: { readonly signal?: AbortSignal }): Promise<FileInfo>;
  /**
   * Prolongs a file's life, as profile pictures need (§4.11).
   * @returns null when this file cannot be prolonged: unknown, expired, or of an old server; upload it again
   * @throws FilesError `file-url-invalid`, `file-server-*`
   */
  extend(
    url: string,
    options?: { readonly ttlSeconds?: number; readonly signal?: AbortSignal }
  ): Promise<FileInfo | null>;
}

export interface FileClientDependencies {
  readonly onion: Pick<OnionClient, 'requestServer'>;
  readonly crypto: Pick<CryptoBackend, 'x25519PublicKeyFromEd25519'>;
  /** Where uploads go. */
  readonly server: FileServer;
  readonly clock: Clock;
}

/** Uploads and downloads under way at a time; each holds its file a few times over in memory. */
const MAX_TRANSFERS = 3;
/** Attempts at one request, and pauses between them (network.md §2.2). */
const RETRY_PAUSES_MS = [200, 1_000] as const;
const MAX_TTL_SECONDS = 365 * 86_400;

/** What servers say of files that are gone or too old a kind, and servers that know nothing of prolonging. */
const CANNOT_PROLONG: readonly string[] = ['file-expired', 'file-refused'];

/** Failures that another attempt at once may mend; paths that failed were already exchanged below. */
const WORTH_ANOTHER_ATTEMPT: readonly string[] = [
  'file-server-busy',
  'file-server-failed',
  'file-server-garbage',
  'destination-unreachable',
  'destination-garbage',
  'path-timeout'
];

export function createFileClient(dependencies: FileClientDependencies): FileClient {
  const { onion, crypto, server, clock } = dependencies;
  const slots = createSlots(MAX_TRANSFERS);
  const ownAddress = serverAddress(server);

  async function ask<Result>(
    address: ServerAddress,
    request: V4Request,
    options: TransferOptions,
    read: (response: V4Response) => Result
  ): Promise<Result> {
    const { signal, onProgress } = options;
    for (let attempt = 0; ; attempt++) {
      try {
        onProgress?.({ phase: 'sending' });
        const response = await onion.requestServer(address, request, {
          ...(signal && { signal }),
          onReceived: (receivedBytes) => onProgress?.({ phase: 'receiving', receivedBytes })
        });
        return read(requireSuccess(response, MAX_ENCRYPTED_FILE_BYTES));
      } catch (error) {
        signal?.throwIfAborted();
        const pauseMs = RETRY_PAUSES_MS[attempt];
        if (pauseMs === undefined || !isWorthAnotherAttempt(error)) throw error;
        await clock.sleep(pauseMs, signal);
      }
    }
  }

  function transfer<Result>(options: TransferOptions, work: () => Promise<Result>): Promise<Result> {
    options.onProgress?.({ phase: 'waiting' });
    return slots.run(work, options.signal);
  }

  const locate = (url: string) => locateFile(crypto, url, server);

  return {
    async upload(file, options) {
      if (file.length === 0) throw new UsageError('a file that is not empty');
      requireWithinLimit(file);
      const request = {
        method: 'POST',
        endpoint: '/file',
        headers: {
          'Content-Type': 'application/octet-stream',
          'Content-Disposition': 'attachment',
          ...ttlHeader(options.ttlSeconds)
        },
        body: file
      };
      const answer = await transfer(options, () =>
        ask(ownAddress, request, options, ({ body }) => readUploaded(body))
      );
      const { fileId } = answer;
      const url = buildDownloadUrl({ server, fileId, stream: options.stream });
      return { ...answer, pointerId: pointerIdOf(fileId), url };
    },
    async download(url, options = {}) {
      const { server: address, fileId, stream } = locate(url);
      const request = { method: 'GET', endpoint: `/file/${fileId}`, headers: {} };
      const { body, headers } = await transfer(options, () =>
        ask(address, request, options, (response) => response)
      );
      requireWithinLimit(body);
      return { file: body, stream, expiresAtMs: expiryOfHeaders(headers) };
    },
    async info(url, options = {}) {
      const { server: address, fileId } = locate(url);
      const request = { method: 'GET', endpoint: `/file/${fileId}/info`, headers: {} };
      return ask(address, request, options, ({ body }) => readInfo(body));
    },
    async extend(url, options = {}) {
      const { server: address, fileId } = locate(url);
      const headers = ttlHeader(options.ttlSeconds);
      const request = { method: 'POST', endpoint: `/file/${fileId}/extend`, headers };
      try {
        return await ask(address, request, options, ({ body }) => readInfo(body));
      } catch (error) {
        if (error instanceof FilesError && CANNOT_PROLONG.includes(error.code)) return null;
        throw error;
      }
    }
  };
}

function requireWithinLimit(file: Uint8Array): void {
  if (file.length <= MAX_ENCRYPTED_FILE_BYTES) return;
  const details = { limit: MAX_ENCRYPTED_FILE_BYTES };
  throw new FilesError('file-too-large', { retry: 'never', details });
}

function ttlHeader(ttlSeconds: number | undefined): Record<string, string> {
  if (ttlSeconds === undefined) return {};
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) {
    throw new UsageError('a life of 1 second to a year');
  }
  return { 'X-FS-TTL': String(ttlSeconds) };
}

function isWorthAnotherAttempt(error: unknown): boolean {
  return error instanceof AppError && WORTH_ANOTHER_ATTEMPT.includes(error.code);
}
