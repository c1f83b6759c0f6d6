/** The four streams we subscribe to, and how an object of each is read. */

import type { LimitName } from '../limits.ts';
import { type BackupFacts, readBackup } from './backup.ts';
import { type BackupTargetFacts, readBackupTarget } from './backup-target.ts';
import { type NodeFacts, readNode } from './node.ts';
import type { JsonObject } from './read.ts';
import { readVolume, type VolumeFacts } from './volume.ts';

/** How the objects of one stream are recognised and read; `read` throws when one cannot be understood. */
export interface Kind<F> {
  readonly resourceType: string;
  /** How many of them a list may hold. */
  readonly limit: LimitName;
  readonly read: (object: JsonObject, name: string) => F;
}

export interface FactsByStream {
  readonly volumes: VolumeFacts;
  readonly backups: BackupFacts;
  readonly nodes: NodeFacts;
  readonly backuptargets: BackupTargetFacts;
}

export type StreamName = keyof FactsByStream;

export const KINDS: { readonly [S in StreamName]: Kind<FactsByStream[S]> } = {
  volumes: { resourceType: 'volume', limit: 'volumes', read: readVolume },
  backups: { resourceType: 'backup', limit: 'backups', read: readBackup },
  nodes: { resourceType: 'node', limit: 'nodes', read: readNode },
  backuptargets: { resourceType: 'backupTarget', limit: 'backup_targets', read: readBackupTarget },
};

export const STREAMS = Object.keys(KINDS) as StreamName[];
