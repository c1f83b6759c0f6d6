/** What is known of the requests for single volumes: their events folded into metrics, costs and log lines. */

import type { Time } from '../clock.ts';
import type { LimitName } from '../limits.ts';
import { smooth } from '../stream/status.ts';

/** `sweep`: snapshotCRList; `jobs`: recurringJobList; `refresh`: GET of a volume. */
export type RequestKind = 'sweep' | 'jobs' | 'refresh';

export type RequestEvent =
  | { readonly type: 'answered'; readonly tookMs: number }
  | {
      readonly type: 'failed';
      readonly detail: string;
      readonly tookMs: number;
      readonly limit?: LimitName | undefined;
    }
  /** Nothing was asked for long: what it cost may no longer be so. */
  | { readonly type: 'forgotten' }
  /** A round over all owned volumes has ended. */
  | { readonly type: 'round'; readonly tookMs: number };

export interface KindStatus {
  /** What one request costs the manager, smoothed, in milliseconds. */
  readonly costMs: number;
  readonly errors: number;
  /** Whether a request failed in this round or the one before: single failures shall not flood the log. */
  readonly failing: boolean;
  readonly failedThisRound: boolean;
  /** Monotonic milliseconds. */
  readonly roundEndedAt: number | undefined;
  readonly roundMs: number | undefined;
}

export type RequestStatus = Readonly<Record<RequestKind, KindStatus>>;

const NEW_KIND: KindStatus = {
  costMs: 0,
  errors: 0,
  failing: false,
  failedThisRound: false,
  roundEndedAt: undefined,
  roundMs: undefined,
};

export const NO_REQUESTS: RequestStatus = { sweep: NEW_KIND, jobs: NEW_KIND, refresh: NEW_KIND };

export function foldRequest(status: KindStatus, event: RequestEvent, now: Time): KindStatus {
  switch (event.type) {
    case 'answered':
      return { ...status, costMs: smooth(status.costMs, event.tookMs) };
    case 'failed':
      return {
        ...status,
        failing: true,
        failedThisRound: true,
        errors: status.errors + 1,
        // A time-out has cost the manager as much as an answer; a refusal, which is quick, proves nothing.
        costMs: Math.max(status.costMs, smooth(status.costMs, event.tookMs)),
      };
    case 'forgotten':
      return { ...status, costMs: status.costMs / 2 };
    case 'round':
      return {
        ...status,
        failing: status.failedThisRound,
        failedThisRound: false,
        roundEndedAt: now.monotonic,
        roundMs: event.tookMs,
      };
  }
}
