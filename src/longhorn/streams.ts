/** The streams we subscribe to, and how an object of each is read. */

import type { LimitName } from '../limits.ts';
import { type BackupFacts, readBackup } from './backup.ts';
import { type BackupTargetFacts, readBackupTarget } from './backup-target.ts';
import { type NodeFacts, readNode } from './node.ts';
import type { JsonObject } from './read.ts';
import { type RecurringJobFacts, readRecurringJob } from './recurring-job.ts';
import { readVolume, type VolumeFacts } from './volume.ts';

export interface Weight<F> {
  readonly limit: LimitName;
  of(facts: F, name: string): number;
}

/** How the objects of one stream are recognised and read; `read` throws when one cannot be understood. */
export interface Kind<F> {
  readonly resourceType: string;
  /** How many of them a list may hold. */
  readonly limit: LimitName;
  /** What they may weigh together, besides. */
  readonly weights?: readonly Weight<F>[];
  readonly read: (object: JsonObject, name: string) => F;
}

export interface FactsByStream {
  readonly volumes: VolumeFacts;
  readonly backups: BackupFacts;
  readonly nodes: NodeFacts;
  readonly backuptargets: BackupTargetFacts;
  readonly recurringjobs: RecurringJobFacts;
}

export type StreamName = keyof FactsByStream;

export const KINDS: { readonly [S in StreamName]: Kind<FactsByStream[S]> } = {
  volumes: {
    resourceType: 'volume',
    limit: 'volumes',
    weights: [
      {
        limit: 'volume_names_bytes',
        of: ({ namespace }, name) => Buffer.byteLength(name) + Buffer.byteLength(namespace),
      },
      { limit: 'all_replicas', of: ({ replicas = [] }) => replicas.length },
    ],
    read: readVolume,
  },
  backups: { resourceType: 'backup', limit: 'backups', read: readBackup },
  nodes: { resourceType: 'node', limit: 'nodes', read: readNode },
  backuptargets: { resourceType: 'backupTarget', limit: 'backup_targets', read: readBackupTarget },
  recurringjobs: { resourceType: 'recurringJob', limit: 'recurring_jobs', read: readRecurringJob },
};

/** How large a message of each may be. */
export const MESSAGE_LIMITS = {
  volumes: 'message_bytes',
  backups: 'backups_message_bytes',
  nodes: 'other_message_bytes',
  backuptargets: 'other_message_bytes',
  recurringjobs: 'other_message_bytes',
} as const satisfies Record<StreamName, LimitName>;

export const STREAMS = Object.keys(KINDS) as StreamName[];

/** The same of every stream. */
export const perStream = <T>(of: (stream: StreamName) => T): Record<StreamName, T> =>
  Object.fromEntries(STREAMS.map((stream) => [stream, of(stream)])) as Record<StreamName, T>;
