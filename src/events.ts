/** Everything that can happen to a volume: a table with each event's log severity and text. */

import type { BackupMode } from './longhorn/backup.ts';
import type { FailureReason } from './longhorn/failure-reason.ts';
import type { SnapshotKind } from './longhorn/snapshot.ts';

/** Robustness of an attached volume. Longhorn's `unknown` counts only while the engine's node is down. */
export type Robustness = 'healthy' | 'degraded' | 'faulted' | 'unknown';

export const REBUILD_RESULTS = ['succeeded', 'failed', 'interrupted'] as const;
export type RebuildResult = (typeof REBUILD_RESULTS)[number];

/** The fields of each type. `seconds` of a completed backup is set only if its start is known. */
interface Payloads {
  volume_appeared: object;
  volume_gone: object;
  state_changed: { readonly from: string; readonly to: string };
  robustness_changed: { readonly from: Robustness; readonly to: Robustness };
  engine_moved: { readonly from: string; readonly to: string };
  /** The exporter on node `to` serves the volume from now on. */
  owner_changed: { readonly from: string; readonly to: string };
  replica_failed: { readonly replica: string };
  rebuild_started: { readonly replica: string };
  /** `seconds` is set only if the rebuild succeeded and was seen from its start. */
  rebuild_ended: { readonly replica: string; readonly result: RebuildResult; readonly seconds?: number };
  operation_started: { readonly operation: string };
  operation_ended: { readonly operation: string };
  operation_failed: { readonly operation: string; readonly error: string };
  share_down: object;
  share_up: object;
  backup_started: { readonly backup: string; readonly target: string };
  backup_completed: {
    readonly backup: string;
    readonly target: string;
    readonly mode: BackupMode;
    readonly seconds?: number;
    /** The part of `seconds` before the upload; set only if the upload's start was seen. */
    readonly queueSeconds?: number;
  };
  backup_failed: {
    readonly backup: string;
    readonly target: string;
    readonly reason: FailureReason;
    readonly error: string;
  };
  /** Deleted, or no longer listed, while in progress. */
  backup_gone: { readonly backup: string; readonly target: string };
  snapshots_created: { readonly kind: SnapshotKind; readonly count: number };
  snapshots_deleted: { readonly kind: SnapshotKind; readonly count: number };
}

export type EventType = keyof Payloads;
export type EventOf<T extends EventType> = { readonly type: T } & Payloads[T];
export type VolumeEvent = { [T in EventType]: EventOf<T> }[EventType];
/** An event and its volume. */
export type NamedEvent = VolumeEvent & { readonly volume: string };

/** An event and when it was seen, in monotonic milliseconds. */
export type Timestamped<E> = E & { readonly at: number };

export type Severity = 'warn' | 'info' | 'debug';

interface EventRow<T extends EventType> {
  readonly severity: Severity | ((event: EventOf<T>) => Severity);
  /** The log message, and the short form on the debug pages. */
  readonly text: string;
}

export const EVENTS: { readonly [T in EventType]: EventRow<T> } = {
  volume_appeared: { severity: 'info', text: 'volume appeared' },
  volume_gone: { severity: 'info', text: 'volume is gone' },
  state_changed: { severity: 'debug', text: 'state changed' },
  robustness_changed: {
    severity: ({ to }) => (to === 'healthy' ? 'info' : 'warn'),
    text: 'robustness changed',
  },
  engine_moved: { severity: 'info', text: 'engine moved' },
  owner_changed: { severity: 'debug', text: 'owner changed' },
  replica_failed: { severity: 'warn', text: 'replica failed' },
  rebuild_started: { severity: 'info', text: 'rebuild started' },
  rebuild_ended: {
    severity: ({ result }) => (result === 'succeeded' ? 'info' : 'warn'),
    text: 'rebuild ended',
  },
  operation_started: { severity: 'info', text: 'operation started' },
  operation_ended: { severity: 'info', text: 'operation ended' },
  operation_failed: { severity: 'warn', text: 'operation failed' },
  share_down: { severity: 'warn', text: 'share is down' },
  share_up: { severity: 'info', text: 'share is up' },
  backup_started: { severity: 'debug', text: 'backup started' },
  backup_completed: { severity: 'info', text: 'backup completed' },
  backup_failed: { severity: 'warn', text: 'backup failed' },
  backup_gone: { severity: 'info', text: 'backup disappeared before it finished' },
  snapshots_created: { severity: 'debug', text: 'snapshots created' },
  snapshots_deleted: { severity: 'debug', text: 'snapshots deleted' },
};

export function severityOf(event: VolumeEvent): Severity {
  // The row of an event's type accepts that event, but the compiler cannot derive that from the union.
  const { severity } = EVENTS[event.type] as EventRow<EventType>;
  return typeof severity === 'function' ? severity(event) : severity;
}

export const textOf = ({ type }: VolumeEvent): string => EVENTS[type].text;
