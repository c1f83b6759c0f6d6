/** What the exporter knows of one backup from one object of the `backups` stream. */

import { bytes, expectText, type JsonObject, ratio, text, time } from './read.ts';

export type Standing = 'completed' | 'failed' | 'in_progress' | 'absent';

export interface BackupFacts {
  readonly name: string;
  readonly volume: string;
  readonly target: string;
  /** Being deleted: Longhorn may later call it Error, which says nothing of the backup itself. */
  readonly deleting: boolean;
  readonly standing: Standing;
  /** The upload's end, Unix milliseconds; a Completed backup may lack it. */
  readonly created: number | undefined;
  readonly snapshotCreated: number | undefined;
  readonly size: number | undefined;
  readonly uploaded: number | undefined;
  /** 0 to 1. */
  readonly progress: number | undefined;
}

/** Throws when `state` or `volumeName` are not strings. */
export function readBackup(backup: JsonObject, name: string): BackupFacts {
  const state = expectText(backup, 'state') ?? '';
  const newly = bytes(backup.newlyUploadDataSize);
  const again = bytes(backup.reUploadedDataSize);
  return {
    name,
    volume: expectText(backup, 'volumeName') ?? '',
    target: text(backup.backupTargetName),
    deleting: state === 'Deleting',
    standing: standingOf(state, text(backup.snapshotName)),
    created: time(backup.created),
    snapshotCreated: time(backup.snapshotCreated),
    size: bytes(backup.size),
    uploaded: newly === undefined && again === undefined ? undefined : (newly ?? 0) + (again ?? 0),
    progress: ratio(backup.progress),
  };
}

/** A record that is still being read from the target has no `snapshotName` yet: it is not a backup in progress. */
function standingOf(state: string, snapshotName: string): Standing {
  switch (state) {
    case 'Completed':
      return 'completed';
    case 'Error':
    case 'Unknown':
      return 'failed';
    case '':
    case 'New':
    case 'Pending':
    case 'InProgress':
      return snapshotName === '' ? 'absent' : 'in_progress';
    default:
      return 'absent';
  }
}
