/** Resource limits. Every hit is counted, the first of each kind is logged, and processing continues. */

import type { Logger } from 'pino';

interface Limit {
  readonly most: number;
  /** What is limited, and in which unit. */
  readonly of: string;
  /** Why the limit has this value. */
  readonly reason: string;
  /** What happens beyond it. */
  readonly over: string;
}

const MIB = 1024 * 1024;

export const LIMITS = {
  message_bytes: {
    most: 96 * MIB,
    of: 'bytes of one message of volumes',
    reason: 'a list of 8,000 volumes has this size; the largest known cluster has 1,730',
    over: 'the connection is closed, and opened again after delays that double up to five minutes',
  },
  backups_message_bytes: {
    most: 48 * MIB,
    of: 'bytes of one message of backups',
    reason: 'a list of 50,000 backups has this size',
    over: 'as for message_bytes',
  },
  other_message_bytes: {
    most: 8 * MIB,
    of: 'bytes of one message of nodes, backup targets or recurring jobs',
    reason: 'a node has 2 to 6 kB; the largest known cluster has 321',
    over: 'as for message_bytes',
  },
  object_bytes: {
    most: MIB,
    of: 'bytes of one object in a list, or of the response for one volume',
    reason: 'a volume has 7 to 14 kB; a parsed object can take twenty times its bytes',
    over: 'the object counts as invalid',
  },
  answer_bytes: {
    most: 8 * MIB,
    of: 'bytes of the list of snapshots of one volume',
    reason: 'Longhorn allows 250 snapshots of half a kilobyte each',
    over: 'the request fails; its last known values stay until they are stale',
  },
  volumes: {
    most: 10_000,
    of: 'volumes',
    reason: 'more than a message of the largest size can hold',
    over: 'the rest of the list is ignored, and objects missing from it are not withdrawn',
  },
  volume_names_bytes: {
    most: MIB,
    of: 'bytes of the names and namespaces of all volumes',
    reason: 'each is in about forty series; Longhorn and Kubernetes names have 50 to 60 bytes',
    over: 'as for volumes',
  },
  all_replicas: {
    most: 60_000,
    of: 'replicas of all volumes',
    reason: 'six for each of 10,000 volumes',
    over: 'as for volumes',
  },
  backups: {
    most: 100_000,
    of: 'backups',
    reason: 'ten for each of 10,000 volumes',
    over: 'as for volumes',
  },
  deleted_backups: {
    most: 10_000,
    of: 'deleted backups that are remembered, so that they are not counted again',
    reason: 'a thousand volumes with ten recurring backups each',
    over: 'the oldest are forgotten',
  },
  backup_series: {
    most: 20_000,
    of: 'pairs of a volume and a target with backups of it',
    reason: 'two targets for each of 10,000 volumes',
    over: 'the backups of the last pairs in the list are not served',
  },
  nodes: {
    most: 1_000,
    of: 'nodes',
    reason: 'the largest known cluster has 321',
    over: 'as for volumes',
  },
  backup_targets: {
    most: 100,
    of: 'backup targets',
    reason: 'a cluster has a few',
    over: 'as for volumes',
  },
  recurring_jobs: {
    most: 1_000,
    of: 'recurring jobs',
    reason: 'a cluster has a few; each schedule has to be evaluated',
    over: 'as for volumes',
  },
  job_labels: {
    most: 100,
    of: 'recurring jobs and groups of jobs of one volume',
    reason: 'a volume has a few',
    over: 'the request fails; its last known values stay until they are stale',
  },
  snapshots: {
    most: 1_000,
    of: 'snapshots of one volume',
    reason: 'Longhorn allows 250',
    over: 'the request fails; its last known values stay until they are stale',
  },
  all_snapshots: {
    most: 200_000,
    of: 'snapshots of all volumes that are served here',
    reason: 'the maximum for 800 volumes; other nodes have their own exporter',
    over: 'as for snapshots',
  },
  replicas: {
    most: 100,
    of: 'replicas, or engines, of one volume',
    reason: 'Longhorn allows 20 replicas, and twice as many while migrating',
    over: 'the volume counts as invalid',
  },
  text_length: {
    most: 253,
    of: 'bytes of a name, or of any text that may become a label',
    reason: 'no name in Kubernetes is longer',
    over: 'the object counts as invalid',
  },
  header_bytes: {
    most: 8 * 1024,
    of: 'bytes of the headers of a request to the exporter',
    reason: 'a scrape sends less than a kilobyte',
    over: 'the response is 431 Request Header Fields Too Large',
  },
  connections: {
    most: 128,
    of: 'open connections to the exporter',
    reason: 'each Prometheus keeps one, and there are only a few',
    over: 'the new connection and all idle ones are closed',
  },
  pipelined_requests: {
    most: 100,
    of: 'requests on one connection that wait for a response',
    reason: 'Prometheus and browsers send the next one after the response',
    over: 'the connection is closed',
  },
  send_seconds: {
    most: 30,
    of: 'seconds for the client to read a response',
    reason: 'Prometheus does not wait longer for a scrape than its interval',
    over: 'the connection is closed',
  },
  unread_bytes: {
    most: 16 * MIB,
    of: 'bytes of debug pages not read by clients yet',
    reason: 'the page of 2,000 volumes has 3 MB, and each is rendered for a single client',
    over: 'the response is 503 Service Unavailable, until a page is read or its connection closed',
  },
  log_bytes: {
    most: MIB,
    of: 'bytes of log not read yet',
    reason: 'some thousand lines, since the log reader may pause',
    over: 'the line is dropped',
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];

/** How often each limit was hit. */
export type LimitCounts = Map<LimitName, number>;

export const newLimitCounts = (): LimitCounts => new Map(LIMIT_NAMES.map((name) => [name, 0]));

export interface Limits {
  readonly counts: ReadonlyMap<LimitName, number>;
  /** Counts a hit. */
  exceeded(name: LimitName): void;
}

export function createLimits(counts: LimitCounts, log: Logger): Limits {
  return {
    counts,
    exceeded(name) {
      const times = counts.get(name) ?? 0;
      counts.set(name, times + 1);
      const { most, of, over } = LIMITS[name];
      if (times === 0) log.warn({ limit: name, most, of }, `limit exceeded: ${over}`);
    },
  };
}

/** The error for a limit that was exceeded. */
export const overLimit = (limit: LimitName): RangeError =>
  Object.assign(new RangeError(`over ${LIMITS[limit].most} ${LIMITS[limit].of}`), { limit });

export function refuse(limit: LimitName): never {
  throw overLimit(limit);
}

/** The limit of such an error; undefined for any other error. */
export const limitOf = (error: unknown): LimitName | undefined =>
  error instanceof RangeError && 'limit' in error ? (error.limit as LimitName) : undefined;

/** For the documentation. */
export function limitsMarkdown(): string {
  const rows = LIMIT_NAMES.map((name) => {
    const { most, of, reason, over } = LIMITS[name];
    return `| \`${name}\` | ${most.toLocaleString('en')} ${of} | ${reason} | ${over} |`;
  });
  return ['| Limit | Maximum | Reason | Beyond it |', '|---|---|---|---|', ...rows].join('\n');
}
