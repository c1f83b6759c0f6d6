/** Builders for facts, lists and times, and readers for the resulting series. */

import assert from 'node:assert/strict';
import type { Time } from '../../src/clock.ts';
import type { NamedEvent } from '../../src/events.ts';
import type { Listed } from '../../src/list/element.ts';
import type { BackupFacts } from '../../src/longhorn/backup.ts';
import type { BackupTargetFacts } from '../../src/longhorn/backup-target.ts';
import type { NodeFacts } from '../../src/longhorn/node.ts';
import type { ReplicaFacts } from '../../src/longhorn/replica.ts';
import type { SnapshotFacts } from '../../src/longhorn/snapshot.ts';
import { type FactsByStream, perStream, type StreamName } from '../../src/longhorn/streams.ts';
import { type ControllerFacts, readVolume, type VolumeFacts } from '../../src/longhorn/volume.ts';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { samplesOf, type Table } from '../../src/metrics/family.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import { FOLDS } from '../../src/state/fold.ts';
import { type ServePolicy, type Statuses, served, zonesOf } from '../../src/state/served.ts';
import {
  EMPTY_STATE,
  type FoldContext,
  type ReplicaStatus,
  type State,
  type Target,
} from '../../src/state/state.ts';
import { NEW_STREAM } from '../../src/stream/status.ts';

export const LONGEST_GAP = 60_000;

/** This many seconds after the start of a test; the two clocks start at different values. */
export const at = (seconds: number): Time => ({
  monotonic: 7_000_000 + seconds * 1000,
  wall: Date.UTC(2026, 10, 22, 6) + seconds * 1000,
});

/** The same time in milliseconds, as facts have it, and in seconds, as it is served. */
export const wall = (seconds: number): number => at(seconds).wall;
export const unix = (seconds: number): number => wall(seconds) / 1000;

const MODES: Readonly<Record<ReplicaStatus, string>> = {
  healthy: 'RW',
  rebuilding: 'WO',
  failed: 'ERR',
  stopped: '',
  waiting: '',
};

/** A replica that gets this status; `waiting` and `stopped` differ only in `running`. */
export const replica = (
  name: string,
  status: ReplicaStatus = 'healthy',
  more: Partial<ReplicaFacts> = {},
): ReplicaFacts => ({
  name,
  node: 'node-1',
  hasDisk: true,
  mode: MODES[status],
  running: status !== 'stopped' && status !== 'failed',
  failed: status === 'failed',
  failedAt: undefined,
  progress: undefined,
  ...more,
});

/** An engine that runs on a node. */
export const controller = (node = 'node-1', more: Partial<ControllerFacts> = {}): ControllerFacts => ({
  node,
  running: true,
  expanding: false,
  size: 10_000,
  actualSize: 5_000,
  expansionError: '',
  lastRestoredBackup: '',
  ...more,
});

const NO_WORK = { running: false, progress: undefined, error: '' };

/** A healthy volume of two replicas, attached to node-1, by default. */
export const volume = (more: Partial<VolumeFacts> = {}): VolumeFacts => ({
  name: 'pvc-1',
  created: wall(-86_400),
  namespace: 'shop',
  pvc: 'data-0',
  workload: 'db',
  lastPodRefAt: undefined,
  size: 10_000,
  tooManySnapshots: false,
  restore: NO_WORK,
  purge: NO_WORK,
  clone: '',
  migratable: false,
  shareState: '',
  hasWorkloadTicket: undefined,
  snapshotLimitBytes: undefined,
  state: 'attached',
  robustness: 'healthy',
  scheduled: true,
  restoring: false,
  standby: false,
  accessMode: 'rwo',
  dataEngine: 'v1',
  backupTarget: 'default',
  controllers: [controller()],
  replicasDesired: 2,
  snapshotLimit: 250,
  replicas: [replica('r1'), replica('r2')],
  ...more,
});

/** A Completed backup of pvc-1: its snapshot taken at second 0, uploaded at second 60, by default. */
export const backup = (name: string, more: Partial<BackupFacts> = {}): BackupFacts => ({
  name,
  volume: 'pvc-1',
  target: 'default',
  snapshot: `snap-${name}`,
  deleting: false,
  phase: 'completed',
  undeletable: false,
  uploading: false,
  mode: 'incremental',
  reason: 'other',
  error: '',
  created: wall(60),
  snapshotCreated: wall(0),
  size: 1000,
  uploaded: 10,
  progress: 1,
  ...more,
});

export const running = (name: string, more: Partial<BackupFacts> = {}): BackupFacts =>
  backup(name, {
    phase: 'in_progress',
    created: undefined,
    size: undefined,
    uploaded: undefined,
    progress: 0,
    ...more,
  });

export const failed = (name: string, more: Partial<BackupFacts> = {}): BackupFacts =>
  running(name, { phase: 'failed', ...more });

export const deleting = (name: string, more: Partial<BackupFacts> = {}): BackupFacts =>
  backup(name, { phase: 'absent', deleting: true, ...more });

export const target = (name: string, more: Partial<BackupTargetFacts> = {}): BackupTargetFacts => ({
  name,
  scheme: 's3',
  available: true,
  reason: 'other',
  message: '',
  ...more,
});

/** A target as kept in the state. */
export const knownTarget = (name: string, more: Partial<BackupTargetFacts> = {}): Target => ({
  facts: target(name, more),
  since: at(0).monotonic,
});

/** A user snapshot, taken and without an error, by default. */
export const snapshot = (name: string, more: Partial<SnapshotFacts> = {}): SnapshotFacts => ({
  name,
  kind: 'user',
  taken: true,
  requested: wall(0),
  removing: false,
  hasError: false,
  created: wall(0),
  size: 1_000,
  ...more,
});

/** The content of a response to snapshotCRList: snapshots by name. */
export const snapshotsByName = (snapshots: readonly SnapshotFacts[]): ReadonlyMap<string, SnapshotFacts> =>
  new Map(snapshots.map((each) => [each.name, each]));

export const node = (name: string, ready = true, zone = ''): NodeFacts => ({ name, ready, zone });

export const listOf = <F extends { name: string }>(facts: readonly F[], confirmed = true) =>
  new Map<string, Listed<F>>(facts.map((each) => [each.name, { facts: each, confirmed }]));

/** A message of each named stream, all at the same second, in the order of the fields. */
export interface Step {
  readonly at: number;
  readonly volumes?: readonly VolumeFacts[];
  readonly backups?: readonly BackupFacts[];
  readonly nodes?: readonly NodeFacts[];
  readonly backuptargets?: readonly BackupTargetFacts[];
  /** False when all objects in these messages are invalid. */
  readonly confirmed?: boolean;
}

export interface Played {
  readonly state: State;
  readonly now: Time;
  /** Of all steps. */
  readonly events: readonly NamedEvent[];
}

/** For facts that are folded at the time of their request. */
export const contextAt = (now: Time): FoldContext => ({
  now,
  requestedAt: now.monotonic,
  longestGap: LONGEST_GAP,
  node: undefined,
  timeZone: 'UTC',
});

export function play(steps: readonly Step[], initial: State = EMPTY_STATE): Played {
  let state = initial;
  let now = at(0);
  const events: NamedEvent[] = [];
  const foldList = <S extends StreamName>(
    stream: S,
    facts: readonly FactsByStream[S][] | undefined,
    confirmed?: boolean,
  ) => {
    if (facts === undefined) return;
    const folded = FOLDS[stream](state, listOf(facts, confirmed), contextAt(now));
    state = folded.state;
    events.push(...folded.events);
  };
  for (const step of steps) {
    now = at(step.at);
    foldList('volumes', step.volumes, step.confirmed);
    foldList('backups', step.backups, step.confirmed);
    foldList('nodes', step.nodes, step.confirmed);
    foldList('backuptargets', step.backuptargets, step.confirmed);
  }
  return { state, now, events };
}

/** The value of a table's family for an object, with these values of the family's own labels. */
export function sampleOf<T>(table: Table<T>, object: T, now: Time, name: string, ...labels: string[]) {
  const family = table.families.find((each) => each.name === name);
  assert.ok(family, `no family ${name}`);
  for (const [value, ...labelValues] of samplesOf(family, object, now)) {
    if (labelValues.length === labels.length && labelValues.every((label, i) => label === labels[i]))
      return value;
  }
  return undefined;
}

/** Reads a family's value for pvc-1; undefined when it is not served. */
export type Metric = (family: string, ...labels: string[]) => number | undefined;

export const volumeMetric =
  ({ state, now }: Played, name = 'pvc-1'): Metric =>
  (family, ...labels) => {
    const found = state.volumes.get(name);
    return (
      found && sampleOf(VOLUME_TABLE, { volume: found, zones: zonesOf(state.nodes) }, now, family, ...labels)
    );
  };

/** Every stream, with a list just received. */
export const fresh = (now: Time): Statuses => {
  const status = { ...NEW_STREAM, lastListAt: now.monotonic, lastFoldAt: now.monotonic };
  return perStream(() => status);
};

export const EVERYTHING: ServePolicy = {
  node: undefined,
  staleAfter: 600_000,
  snapshotsStaleAfter: 600_000,
  jobsStaleAfter: 1_800_000,
};

export const servedOf = ({ state, now }: Played, policy = EVERYTHING) =>
  served(state, fresh(now), policy, now);

export const backupMetric =
  (played: Played, targetName = 'default'): Metric =>
  (family, ...labels) => {
    const series = servedOf(played).backups.find(
      (each) => each.volume.facts.name === 'pvc-1' && each.target === targetName,
    );
    return series && sampleOf(BACKUP_TABLE, series, played.now, family, ...labels);
  };

/** Plays the life of pvc-1: at each second, its differences from `volume()`. */
export const volumeLife = (...steps: readonly (readonly [at: number, facts: Partial<VolumeFacts>])[]) =>
  play(steps.map(([second, facts]) => ({ at: second, volumes: [volume(facts)] })));

/** Plays the backups of pvc-1, which exists all the time: at each second, the whole list. */
export const backupLife = (...steps: readonly (readonly [at: number, backups: readonly BackupFacts[]])[]) =>
  play([{ at: -10, volumes: [volume()] }, ...steps.map(([second, backups]) => ({ at: second, backups }))]);

/** How many completed and how many failed backups of pvc-1 these lists are counted as. */
export function countedBackups(...lists: readonly (readonly BackupFacts[])[]) {
  const metric = backupMetric(backupLife(...lists.map((list, i) => [i * 100, list] as const)));
  return [metric('longhorn_backup_completions_total'), metric('longhorn_backup_failures_total')];
}

/**
 * Plays the life of replica `r1` as the API reports it: one word for each message, ten seconds apart, with
 * its mode (`RW`, `WO`, `ERR`, `-` for empty), `+` if failedAt is set and `!` if its rebuild is in state error;
 * `gone` if it is not listed; preceded by `state:` if the volume is not attached.
 */
export function replicaLife(story: string, created?: string): Played {
  const message = (word: string) => {
    const [, state = 'attached', mode = '', marks = ''] =
      /^(?:(\w+):)?(RW|WO|ERR|-|gone)([+!]*)$/.exec(word) ?? [];
    const subject = {
      name: 'r1',
      mode: mode === '-' ? '' : mode,
      failedAt: marks.includes('+') ? '2026-11-22T05:00:00Z' : '',
    };
    const other = { name: 'r2', mode: state === 'attached' ? 'RW' : '', failedAt: '' };
    const rebuild = { replica: 'r1', progress: 10, state: marks.includes('!') ? 'error' : 'in_progress' };
    return readVolume(
      {
        state,
        robustness: 'degraded',
        created,
        controllers: [{ hostId: 'node-1', running: state === 'attached' }],
        replicas: mode === 'gone' ? [other] : [subject, other],
        rebuildStatus: mode === 'WO' ? [rebuild] : [],
      },
      'pvc-1',
    );
  };
  return play(story.split(' ').map((word, i) => ({ at: i * 10, volumes: [message(word)] })));
}
