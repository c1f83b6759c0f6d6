/** Status of the requests about single volumes: folds their events into costs and into what metrics and log report. */

import { smoothCost } from '../budget/plan.ts';
import type { Time } from '../clock.ts';
import type { LimitName } from '../limits.ts';

/** `sweep`: snapshotCRList; `jobs`: recurringJobList; `refresh`: GET of a volume. */
export const REQUEST_KINDS = ['sweep', 'jobs', 'refresh'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export type RequestEvent =
  | { readonly type: 'succeeded'; readonly tookMs: number }
  | {
      readonly type: 'failed';
      readonly detail: string;
      readonly tookMs: number;
      readonly limit?: LimitName | undefined;
    }
  /** No request was sent for a long time, so the measured cost may be outdated. */
  | { readonly type: 'decayed' }
  /** A round over all owned volumes ended. */
  | { readonly type: 'round'; readonly tookMs: number };

export interface KindStatus {
  /** Smoothed cost of one request to the manager, in milliseconds. */
  readonly costMs: number;
  readonly errors: number;
  /** Whether a request failed in this round or the previous one, so that single failures do not flood the log. */
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
    case 'succeeded':
      return { ...status, costMs: smoothCost(status.costMs, event.tookMs) };
    case 'failed':
      return {
        ...status,
        failing: true,
        failedThisRound: true,
        errors: status.errors + 1,
        // A timeout cost the manager as much as a response; a fast refusal says nothing about the cost.
        costMs: Math.max(status.costMs, smoothCost(status.costMs, event.tookMs)),
      };
    case 'decayed':
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
