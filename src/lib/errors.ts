// The one base error of the project. Decisions are made on `code` and `retry`, never on message text;
// messages and details hold no body, no key and no full Account ID (style.md §2.5).

/** What a caller may do after a failure: nothing, try again later, or try another path at once. */
export type Retry = 'never' | 'later' | 'other-path';

/** Plain facts a caller needs in order to act. Survives structured cloning. */
export type ErrorDetails = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface AppErrorOptions {
  readonly message?: string;
  readonly retry?: Retry;
  readonly cause?: unknown;
  readonly details?: ErrorDetails;
}

/** An error as plain data, for crossing the worker boundary, where class identity does not survive. */
export interface ErrorData {
  readonly code: string;
  readonly retry: Retry;
  readonly details: ErrorDetails;
}

/** Base of every typed error. `code` is a kebab-case literal, unique in the project. */
export class AppError<Code extends string = string> extends Error {
  override readonly name: string = 'AppError';
  readonly code: Code;
  readonly retry: Retry;
  readonly details: ErrorDetails;

  constructor(code: Code, options: AppErrorOptions = {}) {
    super(options.message ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? 'never';
    this.details = options.details ?? {};
  }

  toData(): ErrorData {
    return { code: this.code, retry: this.retry, details: this.details };
  }
}

/** The caller broke a rule of the function it called. */
export class UsageError extends AppError<'usage'> {
  override readonly name = 'UsageError';
  constructor(expected: string) {
    super('usage', { message: expected, details: { expected } });
  }
}

/** We broke a rule of our own; never expected to be seen. */
export class InvariantError extends AppError<'invariant'> {
  override readonly name = 'InvariantError';
  constructor(expected: string) {
    super('invariant', { message: expected, details: { expected } });
  }
}

/** Closes an exhaustive switch; the compiler refuses a case that was forgotten. */
export function unreachable(value: never): never {
  throw new InvariantError(`no case for ${typeof value}`);
}

/** The `code` of a typed error, `aborted` for an abort, `unexpected` for everything else. */
export function errorCode(error: unknown): string {
  if (error instanceof AppError) return error.code;
  if (error instanceof DOMException && error.name === 'AbortError') return 'aborted';
  return 'unexpected';
}

/** Any thrown value as plain data; foreign errors become `unexpected` without their text. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof AppError) return error.toData();
  return { code: errorCode(error), retry: 'later', details: {} };
}
