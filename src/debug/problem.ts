/** The type of a problem: a condition on a volume, and the alert that fires if it lasts. */

import type { Time } from '../clock.ts';
import type { NamedEvent, Timestamped } from '../events.ts';
import type { BackupSeries, ScheduleSeries, SnapshotSeries } from '../state/served.ts';
import type { Progress, Volume } from '../state/state.ts';
import { ALERT_LIMITS } from './alert-limits.ts';

/** The input of a problem's condition. */
export interface ProblemInput {
  readonly volume: Volume;
  /** Undefined if unknown or stale. */
  readonly snapshots: SnapshotSeries | undefined;
  readonly schedule: ScheduleSeries | undefined;
  /** Undefined until the first list of backups. */
  readonly backups: readonly BackupSeries[] | undefined;
  /** Whether a completed backup of it was ever seen. */
  readonly hadBackups: boolean;
  /** Its events, oldest first. */
  readonly events: readonly Timestamped<NamedEvent>[];
  readonly nodes: NodesInput;
  readonly now: Time;
}

export interface NodesInput {
  readonly listed: number;
  readonly ready: number;
  /** Since when all nodes have been Ready, in monotonic milliseconds; undefined while one is not. */
  readonly allReadySince: number | undefined;
}

export interface ProblemRow {
  readonly name: string;
  /** Also the name of its runbook. */
  readonly alert: string;
  readonly holds: (input: ProblemInput) => boolean;
}

/** The number of matching events within the last `within` milliseconds. */
export const countEvents = (
  { events, now }: ProblemInput,
  within: number,
  counts: (event: NamedEvent) => boolean,
): number => events.filter((event) => now.monotonic - event.at <= within && counts(event)).length;

/** Whether a rebuild or backup hangs. `runningFor`: milliseconds since its start. */
export function hangs({ changedAt, advancedAt }: Progress, runningFor: number, now: Time): boolean {
  const { unchanged, stalledAfter, longest } = ALERT_LIMITS;
  return (
    runningFor >= longest ||
    now.monotonic - changedAt > unchanged ||
    (runningFor > stalledAfter && now.monotonic - advancedAt > unchanged)
  );
}
