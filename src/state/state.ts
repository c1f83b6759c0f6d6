/** All that the exporter knows: plain data, replaced as a whole by each fold and never changed in place. */

import type { BackupTargetFacts } from '../longhorn/backup-target.ts';
import type { NodeFacts } from '../longhorn/node.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import { type Backups, NO_BACKUPS } from './backups.ts';
import type { Health } from './health.ts';
import { NO_OWNERS, type Owners } from './owners.ts';
import type { ReplicaHistory } from './replicas.ts';
import type { SnapshotHistory } from './snapshots.ts';

/** Backups of one volume on one target that were seen to end. */
export interface BackupCounts {
  readonly completions: number;
  readonly failures: number;
}

/** One volume: its last good facts and what was seen to happen to it. The same reference while nothing changes. */
export interface Volume {
  readonly facts: VolumeFacts;
  /** The last `created` that could be read: with the name it is the volume's identity. */
  readonly created: number | undefined;
  /** When the facts of its first sight were asked for, in monotonic milliseconds. */
  readonly since: number;
  readonly engineNode: string;
  readonly health: Health;
  readonly replicas: ReplicaHistory;
  readonly snapshots: SnapshotHistory;
  /** By target; kept here so that they begin and end with the volume. */
  readonly backupCounts: ReadonlyMap<string, BackupCounts>;
}

export interface State {
  readonly volumes: ReadonlyMap<string, Volume>;
  /** By volume: when its facts were asked for, in monotonic milliseconds. Undefined until the first list. */
  readonly confirmedAt: ReadonlyMap<string, number> | undefined;
  /** By volume: when it was found to be gone, for as long as an older list could bring it back. */
  readonly goneAt: ReadonlyMap<string, number>;
  readonly backups: Backups;
  /** Undefined until the first list. */
  readonly nodes: ReadonlyMap<string, NodeFacts> | undefined;
  /** Undefined until the first list. */
  readonly targets: ReadonlyMap<string, BackupTargetFacts> | undefined;
  readonly owners: Owners;
}

export const EMPTY_STATE: State = {
  volumes: new Map(),
  confirmedAt: undefined,
  goneAt: new Map(),
  backups: NO_BACKUPS,
  nodes: undefined,
  targets: undefined,
  owners: NO_OWNERS,
};
