/** Reads a backup from an object of the `backups` stream. */

import { type FailureReason, failureReason } from './failure-reason.ts';
import { bytes, expectText, type JsonObject, message, ratio, text, time } from './read.ts';

/** `absent`: being deleted, or a record that is still being read from the target. */
export type BackupPhase = 'absent' | 'in_progress' | 'completed' | 'failed';

export const BACKUP_MODES = ['full', 'incremental'] as const;
export type BackupMode = (typeof BACKUP_MODES)[number];

export interface BackupFacts {
  readonly name: string;
  readonly volume: string;
  readonly target: string;
  readonly snapshot: string;
  /** Being deleted: later states say nothing about the backup itself. */
  readonly deleting: boolean;
  readonly phase: BackupPhase;
  /** A completed backup whose deletion failed: state Error, with `created`. */
  readonly undeletable: boolean;
  /** State InProgress: no longer queued. */
  readonly uploading: boolean;
  readonly mode: BackupMode;
  /** The end of the upload, Unix milliseconds; missing for some Completed backups. */
  readonly created: number | undefined;
  /** Unix milliseconds; missing for a backup that failed early. */
  readonly snapshotCreated: number | undefined;
  readonly size: number | undefined;
  readonly uploaded: number | undefined;
  /** 0 to 1. */
  readonly progress: number | undefined;
  /** Why it failed, from `error`. */
  readonly reason: FailureReason;
  readonly error: string;
}

/** Throws if `state` or `volumeName` is not a string. */
export function readBackup(backup: JsonObject, name: string): BackupFacts {
  const state = expectText(backup, 'state') ?? '';
  const newly = bytes(backup.newlyUploadDataSize);
  const again = bytes(backup.reUploadedDataSize);
  const snapshot = text(backup.snapshotName);
  const created = time(backup.created);
  const error = message(backup.error);
  return {
    name,
    volume: expectText(backup, 'volumeName') ?? '',
    target: text(backup.backupTargetName),
    snapshot,
    deleting: state === 'Deleting',
    phase: phaseOf(state, snapshot, created),
    undeletable: state === 'Error' && created !== undefined,
    uploading: state === 'InProgress',
    mode: backup.backupMode === 'full' ? 'full' : 'incremental',
    created,
    snapshotCreated: time(backup.snapshotCreated),
    size: bytes(backup.size),
    uploaded: newly === undefined && again === undefined ? undefined : (newly ?? 0) + (again ?? 0),
    progress: ratio(backup.progress),
    reason: failureReason(error),
    error,
  };
}

function phaseOf(state: string, snapshot: string, created: number | undefined): BackupPhase {
  switch (state) {
    case 'Completed':
      return 'completed';
    case 'Error':
      // A failed upload has no `created`; with it, this is a completed backup that could not be deleted.
      return created === undefined ? 'failed' : 'completed';
    case 'Unknown':
      return 'failed';
    case '':
    case 'New':
    case 'Pending':
    case 'InProgress':
      // A record that is still being read from the target has no `snapshotName` yet.
      return snapshot === '' ? 'absent' : 'in_progress';
    default:
      return 'absent';
  }
}
