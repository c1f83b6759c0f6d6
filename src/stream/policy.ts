/** When to give up a connection and when to open the next one: pure rules over milliseconds. */

/** Why an attempt to connect or a connection failed. */
export const ERROR_REASONS = ['connect', 'closed', 'silent', 'bad_message', 'too_large'] as const;
export type ErrorReason = (typeof ERROR_REASONS)[number];

/**
 * How a connection ended. `resync`: by us, to fetch a fresh list; `done`: by us, to change the period, or because
 * the plan is one list per connection; `stopped`: because the exporter is stopping.
 */
export type Ending = Exclude<ErrorReason, 'bad_message'> | 'resync' | 'done' | 'stopped';

/** The manager's maximum for the period of a stream. A longer period takes one connection per list. */
export const MAX_STREAM_PERIOD_MS = 15_000;

const BACKOFF_BASE_MS = 1_000;
const BACKOFF_CAP_MS = 30_000;
const TOO_LARGE_CAP_MS = 5 * 60_000;
const FIRST_LIST_MS = 60_000;
const FIRST_LIST_CAP_MS = 10 * 60_000;

/** How long one connection may take, in milliseconds. */
export interface Timeouts {
  /** From connecting to the first list. */
  readonly firstList: number;
  /** From connecting until the WebSocket is open, and from one list to the next. */
  readonly silence: number;
}

/** The manager's pings can be late (up to 75 s apart at a period of 15 s), so the limit grows with the period. */
export const silenceLimit = (setting: number, period: number): number => Math.max(setting, 6 * period);

/** How old a list may be before its content is withdrawn; grows with the period too. */
export const staleLimit = (setting: number, period: number): number => Math.max(setting, 3 * period);

/** A smaller difference is not worth a reconnect. */
export const differsByAThird = (from: number, to: number): boolean =>
  to > (from * 4) / 3 || to < (from * 3) / 4;

/** A large cluster's first list takes long to build, and even longer while the manager still builds those that we gave up on. */
export function timeoutsFor(silence: number, listLatencyMs: number, silentStarts: number): Timeouts {
  const base = Math.max(FIRST_LIST_MS, 4 * listLatencyMs);
  const doubled = Math.min(FIRST_LIST_CAP_MS, base * 2 ** Math.min(silentStarts, 10));
  return { firstList: Math.max(base, doubled), silence };
}

/** Exponential with full jitter, so that the exporters of a cluster do not all reconnect at once. */
export const backoff = (failures: number, random: () => number): number =>
  random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(failures, 10));

/** The first list of a connection. */
export interface FirstList {
  readonly bytes: number;
  /** From connecting until it arrived. */
  readonly latencyMs: number;
}

/** What a subscription remembers of its connections. */
export interface History {
  /** Failures since the stream last worked. */
  readonly failures: number;
  /** Consecutive connections that opened but delivered no list. */
  readonly silentStarts: number;
  /** Messages that were too large since the stream last worked. */
  readonly tooLarge: number;
  readonly firstList: FirstList | undefined;
}

export const NO_HISTORY: History = { failures: 0, silentStarts: 0, tooLarge: 0, firstList: undefined };

/** How one connection went. */
export interface Outcome {
  readonly ending: Ending;
  /** The same in words, for the log. */
  readonly detail: string;
  readonly opened: boolean;
  /** Lists received. */
  readonly lists: number;
  readonly firstList?: FirstList | undefined;
}

/** How long to wait before the next connect, and what to remember. */
export function afterConnection(
  history: History,
  { ending, lists, opened, firstList }: Omit<Outcome, 'detail'>,
  random: () => number,
): { waitMs: number; history: History } {
  // One list proves little: a crashing manager sends one too. But a connection that delivered a list and ended
  // in one of these ways lasted for the silence limit, or we ended it ourselves.
  const endedWell = ending === 'resync' || ending === 'silent' || ending === 'done';
  const worked = lists > 1 || (lists === 1 && endedWell);
  const silentStart = opened && lists === 0 && ending === 'silent';
  const { failures, tooLarge } = worked ? NO_HISTORY : history;
  const next = {
    failures,
    tooLarge,
    silentStarts: lists > 0 ? 0 : history.silentStarts + (silentStart ? 1 : 0),
    firstList: firstList ?? history.firstList,
  };
  if (ending === 'resync' || ending === 'done') return { waitMs: 0, history: next };
  if (ending !== 'too_large')
    return { waitMs: backoff(failures, random), history: { ...next, failures: failures + 1 } };
  return {
    waitMs: tooLargeWait(next, random),
    history: { ...next, failures: failures + 1, tooLarge: tooLarge + 1 },
  };
}

/** A single corrupt frame header says nothing about the next message; a list that is really too large will not shrink soon. */
const tooLargeWait = ({ failures, tooLarge }: History, random: () => number): number =>
  tooLarge === 0
    ? backoff(failures, random)
    : Math.min(TOO_LARGE_CAP_MS, BACKOFF_CAP_MS * 2 ** Math.min(tooLarge - 1, 10));
