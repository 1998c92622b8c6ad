// Logging as a dependency. An entry is an event name and plain facts; no bodies, keys or full Account IDs.

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** Only for bugs of ours. */
  error(event: string, fields?: LogFields): void;
}

const nothing = () => {};

/** Drops everything; the default, since success is quiet. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Writes warnings and errors to the console. */
export const consoleLog: Log = {
  debug: nothing,
  info: nothing,
  warn: (event, fields) => console.warn(event, fields ?? ''),
  error: (event, fields) => console.error(event, fields ?? '')
};
