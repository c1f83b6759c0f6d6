/** The streams to subscribe to, and how to read the objects of each. */

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

/** How to recognize and read the objects of a stream. `read` throws if an object is invalid. */
export interface Kind<F> {
  readonly resourceType: string;
  /** The limit on the number of objects in a list. */
  readonly limit: LimitName;
  /** Further limits on sums over all objects in a list. */
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

/** The limit on the size of a message, by stream. */
export const MESSAGE_LIMITS = {
  volumes: 'message_bytes',
  backups: 'backups_message_bytes',
  nodes: 'other_message_bytes',
  backuptargets: 'other_message_bytes',
  recurringjobs: 'other_message_bytes',
} as const satisfies Record<StreamName, LimitName>;

export const STREAMS = Object.keys(KINDS) as StreamName[];

/** A record with a value for every stream. */
export const perStream = <T>(of: (stream: StreamName) => T): Record<StreamName, T> =>
  Object.fromEntries(STREAMS.map((stream) => [stream, of(stream)])) as Record<StreamName, T>;
