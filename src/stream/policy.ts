/** When a stream is given up, and when it is opened again: pure rules over milliseconds. */

/** Why an attempt to connect or a connection failed. */
export const ERROR_REASONS = ['connect', 'closed', 'silent', 'bad_message', 'too_large'] as const;
export type ErrorReason = (typeof ERROR_REASONS)[number];

/**
 * How a connection ended. `resync`: by us, to fetch a fresh list; `done`: by us, because another period is wanted
 * or one message a connection; `stopped`: because we are stopping.
 */
export type Ending = Exclude<ErrorReason, 'bad_message'> | 'resync' | 'done' | 'stopped';

/** The manager caps the period of a stream here; a longer one is kept by connecting once for each message. */
export const MAX_STREAM_PERIOD_MS = 15_000;

const BACKOFF_BASE_MS = 1_000;
const BACKOFF_CAP_MS = 30_000;
const TOO_LARGE_RETRY_MS = 5 * 60_000;
const FIRST_MESSAGE_MS = 60_000;
const FIRST_MESSAGE_CAP_MS = 10 * 60_000;

/** Bounds of one connection, in milliseconds. */
export interface Patience {
  /** From connecting until the first whole list. */
  readonly firstMessage: number;
  /** From connecting until the WebSocket is open, and from one whole list to the next. */
  readonly silence: number;
}

/** Pings come late: at a period of 15 s they were seen 75 s apart, so the limit follows the period. */
export const silenceLimit = (setting: number, period: number): number => Math.max(setting, 6 * period);

/** How old a list may be before what it said is withdrawn; it follows the period too. */
export const staleLimit = (setting: number, period: number): number => Math.max(setting, 3 * period);

/** Whether two values are more than a third apart: less is not worth a reconnect. */
export const hasMoved = (from: number, to: number): boolean => to > (from * 4) / 3 || to < (from * 3) / 4;

/** A large cluster's first list takes long to build, and longer still while the manager is busy with failing ones. */
export function patience(silence: number, lastList: number, failures: number): Patience {
  const base = Math.max(FIRST_MESSAGE_MS, 4 * lastList);
  const doubled = Math.min(FIRST_MESSAGE_CAP_MS, base * 2 ** Math.min(failures, 10));
  return { firstMessage: Math.max(base, doubled), silence };
}

/** Exponential with full jitter, so that the exporters of a cluster do not come back together. */
export const backoff = (attempt: number, random: () => number): number =>
  random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(attempt, 10));

/** What a subscription remembers from one connection to the next. */
export interface Retry {
  /** Failures since the stream was last known to flow. */
  readonly attempt: number;
  /** Connections in a row that opened and brought no list. */
  readonly silentStarts: number;
}

export const FRESH: Retry = { attempt: 0, silentStarts: 0 };

/** How one connection went. */
export interface Outcome {
  readonly ending: Ending;
  /** The same in words, for the log. */
  readonly detail: string;
  /** Whole lists received. */
  readonly lists: number;
  readonly opened: boolean;
}

/** The wait before the next connect, and what to remember. One list alone proves little: a crashing manager sends one too. */
export function afterConnection(
  retry: Retry,
  { ending, lists, opened }: Omit<Outcome, 'detail'>,
  random: () => number,
): { wait: number; retry: Retry } {
  // These endings of a connection that brought a list come no sooner than the silence limit, or by our own choice.
  const outlasted = ending === 'resync' || ending === 'silent' || ending === 'done';
  const flowed = lists > 1 || (lists === 1 && outlasted);
  const attempt = flowed ? 0 : retry.attempt;
  const silentStart = opened && lists === 0 && ending === 'silent';
  const silentStarts = lists > 0 ? 0 : retry.silentStarts + (silentStart ? 1 : 0);
  if (ending === 'resync' || ending === 'done') return { wait: 0, retry: { attempt, silentStarts } };
  const wait = ending === 'too_large' ? TOO_LARGE_RETRY_MS : backoff(attempt, random);
  return { wait, retry: { attempt: attempt + 1, silentStarts } };
}
