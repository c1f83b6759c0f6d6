/** What is known of one subscription: its events folded into what its metrics and its log lines say. */

import type { Time } from '../clock.ts';
import { ERROR_REASONS, type ErrorReason } from './policy.ts';

/** How many of a list's objects could not be understood, and how many of these are news. */
export interface ListCounts {
  readonly bad: number;
  readonly skipped: number;
}

export type StreamEvent =
  | { readonly type: 'opened' }
  /** A whole list; `listMs` is the time from connecting to the connection's first list. */
  | ({ readonly type: 'list'; readonly bytes: number; readonly listMs: number } & ListCounts)
  | { readonly type: 'bad_message'; readonly bytes: number }
  | { readonly type: 'resync' }
  | { readonly type: 'failed'; readonly reason: ErrorReason; readonly detail: string };

export interface StreamStatus {
  readonly connects: number;
  readonly resyncs: number;
  readonly messages: number;
  readonly receivedBytes: number;
  readonly errors: Readonly<Record<ErrorReason, number>>;
  /** Monotonic milliseconds of the last whole list. */
  readonly lastListAt: number | undefined;
  readonly listMs: number | undefined;
  /** Objects in the last list that could not be understood, and all such ever, once for each content. */
  readonly bad: number;
  readonly skipped: number;
  /** Whether an attempt to connect has failed since the last whole list. */
  readonly refused: boolean;
  /** What the log last said of the stream: a change of it is worth a line. */
  readonly condition: 'starting' | 'live' | ErrorReason;
}

export const NEW_STREAM: StreamStatus = {
  connects: 0,
  resyncs: 0,
  messages: 0,
  receivedBytes: 0,
  errors: Object.fromEntries(ERROR_REASONS.map((reason) => [reason, 0])) as Record<ErrorReason, number>,
  lastListAt: undefined,
  listMs: undefined,
  bad: 0,
  skipped: 0,
  refused: false,
  condition: 'starting',
};

export function foldStream(status: StreamStatus, event: StreamEvent, now: Time): StreamStatus {
  switch (event.type) {
    case 'opened':
      return { ...status, connects: status.connects + 1 };
    case 'resync':
      return { ...status, resyncs: status.resyncs + 1 };
    case 'list':
      return {
        ...received(status, event.bytes),
        lastListAt: now.monotonic,
        listMs: event.listMs,
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

/** Whether the stream is live: a whole list within twice the silence limit, and no failed connect since. */
export const isLive = (status: StreamStatus, silence: number, now: Time): boolean =>
  !status.refused && isFresh(status, 2 * silence, now);

/** Whether the last whole list is at most `limit` milliseconds old. */
export const isFresh = ({ lastListAt }: StreamStatus, limit: number, now: Time): boolean =>
  lastListAt !== undefined && now.monotonic - lastListAt <= limit;
