/** What is known of one subscription: its events folded into what its metrics and its log lines say. */

import type { Time } from '../clock.ts';
import { ERROR_REASONS, type ErrorReason, silenceLimit, staleLimit } from './policy.ts';

/** How many of a list's objects could not be understood, and how many of these are news. */
export interface ListCounts {
  readonly bad: number;
  readonly skipped: number;
}

export type StreamEvent =
  /** `period`: the one that is in use from now on, in milliseconds. */
  | { readonly type: 'period'; readonly period: number }
  | { readonly type: 'opened' }
  /** The connection's first list came so long after connecting, and so long after the WebSocket was open. */
  | {
      readonly type: 'measured';
      readonly listMs: number;
      readonly costMs: number;
      /** Whether the list is of another size than those measured before, so that their cost says nothing of it. */
      readonly resized: boolean;
    }
  /** `folded`: false when an error of ours kept it from the state. */
  | ({ readonly type: 'list'; readonly bytes: number; readonly folded: boolean } & ListCounts)
  | { readonly type: 'bad_message'; readonly bytes: number }
  | { readonly type: 'resync' }
  | { readonly type: 'failed'; readonly reason: ErrorReason; readonly detail: string };

export interface StreamStatus {
  /** The period in use, in milliseconds. */
  readonly period: number;
  readonly connects: number;
  readonly resyncs: number;
  readonly messages: number;
  readonly receivedBytes: number;
  readonly errors: Readonly<Record<ErrorReason, number>>;
  /** Monotonic milliseconds of the last whole list. */
  readonly lastListAt: number | undefined;
  /** Monotonic milliseconds of the last whole list that the state knows of. */
  readonly lastFoldAt: number | undefined;
  /** From connecting to the first list, the last time, in milliseconds. */
  readonly listMs: number | undefined;
  /** What a list costs the manager, smoothed over several, in milliseconds. */
  readonly costMs: number;
  /** Objects in the last list that could not be understood, and all such ever, once for each content. */
  readonly bad: number;
  readonly skipped: number;
  /** Whether an attempt to connect has failed since the last whole list. */
  readonly refused: boolean;
  /** What the log last said of the stream: a change of it is worth a line. */
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
        costMs: event.resized ? event.costMs : smooth(status.costMs, event.costMs),
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
    case 'failed':
      return failed(status, event.reason);
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

/** A third of the new value: one slow answer does not change the plan much, three do. The first is taken as it is. */
export const smooth = (last: number, measured: number): number =>
  last === 0 ? measured : last + (measured - last) / 3;

/** Whether the stream is live: a whole list within twice the silence limit in use, and no failed connect since. */
export const isLive = (status: StreamStatus, silenceSetting: number, now: Time): boolean =>
  !status.refused && isWithin(status.lastListAt, 2 * silenceLimit(silenceSetting, status.period), now);

/** Whether what the last list said may still be served. */
export const isFresh = (status: StreamStatus, staleSetting: number, now: Time): boolean =>
  isWithin(status.lastFoldAt, staleLimit(staleSetting, status.period), now);

const isWithin = (at: number | undefined, limit: number, now: Time): boolean =>
  at !== undefined && now.monotonic - at <= limit;
