/** What a problem is: a row with a condition on what is known of a volume, and the alert that fires when it lasts. */

import type { Time } from '../clock.ts';
import type { NamedEvent, Timestamped } from '../events.ts';
import type { BackupSeries, ScheduleSeries, SnapshotSeries } from '../state/served.ts';
import type { Progress, Volume } from '../state/state.ts';
import { ALERT_LIMITS } from './alert-limits.ts';

/** What a row may look at. */
export interface ProblemInput {
  readonly volume: Volume;
  /** Undefined when they are not known, or too old to be served. */
  readonly snapshots: SnapshotSeries | undefined;
  readonly schedule: ScheduleSeries | undefined;
  /** Undefined until the first list of backups. */
  readonly backups: readonly BackupSeries[] | undefined;
  /** Whether it was ever seen to have a completed backup. */
  readonly hadBackups: boolean;
  /** What was seen to happen to it, the oldest first. */
  readonly events: readonly Timestamped<NamedEvent>[];
  readonly nodes: NodesInput;
  readonly now: Time;
}

export interface NodesInput {
  readonly listed: number;
  readonly ready: number;
  /** Since when all have been Ready, in monotonic milliseconds; undefined while one is not. */
  readonly allReadySince: number | undefined;
}

export interface ProblemRow {
  readonly name: string;
  /** Its runbook has the same name. */
  readonly alert: string;
  readonly holds: (input: ProblemInput) => boolean;
}

/** How many such events there were in so many milliseconds. */
export const countEvents = (
  { events, now }: ProblemInput,
  within: number,
  counts: (event: NamedEvent) => boolean,
): number => events.filter((event) => now.monotonic - event.at <= within && counts(event)).length;

/** Whether a rebuild or a backup hangs. `runningFor`: since its start, in milliseconds. */
export function hangs({ movedAt, furtherAt }: Progress, runningFor: number, now: Time): boolean {
  const { noMove, noFurtherAfter, longest } = ALERT_LIMITS;
  return (
    runningFor >= longest ||
    now.monotonic - movedAt > noMove ||
    (runningFor > noFurtherAfter && now.monotonic - furtherAt > noMove)
  );
}
