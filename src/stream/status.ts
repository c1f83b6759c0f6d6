/** The state of one stream: folds its events into the values of its metrics and log lines. */

import { smoothCost } from '../budget/plan.ts';
import type { Time } from '../clock.ts';
import { ERROR_REASONS, type ErrorReason, silenceLimit, staleLimit } from './policy.ts';

export type StreamEvent =
  /** `period`: in use from now on, in milliseconds. */
  | { readonly type: 'period'; readonly period: number }
  | { readonly type: 'opened' }
  /** The connection's first list arrived. */
  | {
      readonly type: 'measured';
      /** Since connecting. */
      readonly listMs: number;
      /** Since the WebSocket was open. */
      readonly costMs: number;
      /** Whether the list's size differs from earlier ones, so their cost says nothing about it. */
      readonly resized: boolean;
    }
  | {
      readonly type: 'list';
      readonly bytes: number;
      /** The number of invalid objects, and how many of them are new. */
      readonly bad: number;
      readonly skipped: number;
      /** False if an internal error kept it out of the state. */
      readonly folded: boolean;
    }
  | { readonly type: 'bad_message'; readonly bytes: number }
  | { readonly type: 'resync' }
  | {
      readonly type: 'failed';
      readonly reason: ErrorReason;
      readonly detail: string;
      /** What the connection cost the manager, if known. */
      readonly costMs?: number;
    };

export interface StreamStatus {
  /** The period in use, in milliseconds. */
  readonly period: number;
  readonly connects: number;
  readonly resyncs: number;
  readonly messages: number;
  readonly receivedBytes: number;
  readonly errors: Readonly<Record<ErrorReason, number>>;
  /** Monotonic milliseconds of the last complete list. */
  readonly lastListAt: number | undefined;
  /** Monotonic milliseconds of the last complete list that is in the state. */
  readonly lastFoldAt: number | undefined;
  /** From connecting to the first list of the last connection, in milliseconds. */
  readonly listMs: number | undefined;
  /** What a list costs the manager, smoothed, in milliseconds. */
  readonly costMs: number;
  /** The number of invalid objects in the last list, and in total, counted once per content. */
  readonly bad: number;
  readonly skipped: number;
  /** Whether a connect has failed since the last complete list. */
  readonly refused: boolean;
  /** Every change is logged. */
  readonly condition: 'starting' | 'live' | ErrorReason;
}

export const NEW_STREAM: StreamStatus = {
  period: 0,
  connects: 0,
  resyncs: 0,
  messages: 0,
  receivedBytes: 0,
  errors: Object.fromEntries(ERROR_REASONS.map((reason) => [reason, 0])) as Record<ErrorReason, number>,
  lastListAt: undefined,
  lastFoldAt: undefined,
  listMs: undefined,
  costMs: 0,
  bad: 0,
  skipped: 0,
  refused: false,
  condition: 'starting',
};

export function foldStream(status: StreamStatus, event: StreamEvent, now: Time): StreamStatus {
  switch (event.type) {
    case 'period':
      return { ...status, period: event.period };
    case 'measured':
      return {
        ...status,
        listMs: event.listMs,
        costMs: event.resized ? event.costMs : smoothCost(status.costMs, event.costMs),
      };
    case 'opened':
      return { ...status, connects: status.connects + 1 };
    case 'resync':
      return { ...status, resyncs: status.resyncs + 1 };
    case 'list':
      return {
        ...received(status, event.bytes),
        lastListAt: now.monotonic,
        lastFoldAt: event.folded ? now.monotonic : status.lastFoldAt,
        bad: event.bad,
        skipped: status.skipped + event.skipped,
        refused: false,
        condition: 'live',
      };
    case 'bad_message':
      return failed(received(status, event.bytes), 'bad_message');
    case 'failed': {
      const { reason, costMs = 0 } = event;
      // A message may be too large because its header is corrupt, which says nothing about a list's cost.
      const cost = Math.max(status.costMs, smoothCost(status.costMs, costMs));
      return { ...failed(status, reason), costMs: cost };
    }
  }
}

const received = (status: StreamStatus, bytes: number): StreamStatus => ({
  ...status,
  messages: status.messages + 1,
  receivedBytes: status.receivedBytes + bytes,
});

const failed = (status: StreamStatus, reason: ErrorReason): StreamStatus => ({
  ...status,
  errors: { ...status.errors, [reason]: status.errors[reason] + 1 },
  refused: status.refused || reason === 'connect',
  condition: reason,
});

/** Whether the stream is live: a complete list within twice the silence limit in use, and no failed connect since. */
export const isLive = (status: StreamStatus, silenceSetting: number, now: Time): boolean =>
  !status.refused && isWithin(status.lastListAt, 2 * silenceLimit(silenceSetting, status.period), now);

/** Whether the content of the last list may still be served. */
export const isFresh = (status: StreamStatus, staleSetting: number, now: Time): boolean =>
  isWithin(status.lastFoldAt, staleLimit(staleSetting, status.period), now);

const isWithin = (at: number | undefined, limit: number, now: Time): boolean =>
  at !== undefined && now.monotonic - at <= limit;
