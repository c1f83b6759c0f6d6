/** The recorded lists of five Longhorn releases, split into elements, and valid variants of each element. */

import { STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import { recorded } from '../support/replay.ts';
import { split } from './split.ts';

export const VERSIONS = ['1.8.2', '1.9.2', '1.10.2', '1.11.3', '1.12.1'] as const;
export type Version = (typeof VERSIONS)[number];

/** The elements of a list, and the text before and after them. */
export interface RecordedList {
  readonly head: string;
  readonly elements: readonly string[];
  readonly tail: string;
}

export type RecordedLists = { readonly [S in StreamName]: RecordedList };

function recordedList(message: Buffer): RecordedList {
  const text = message.toString('latin1');
  const spans = split(message);
  const [first, last] = [spans?.[0], spans?.at(-1)];
  if (first === undefined || last === undefined) {
    const at = text.indexOf('[]') + 1;
    return { head: text.slice(0, at), elements: [], tail: text.slice(at) };
  }
  const elements = spans?.map(({ start, end }) => text.slice(start, end)) ?? [];
  return { head: text.slice(0, first.start), elements, tail: text.slice(last.end) };
}

const KEPT = new Set(
  [
    'name id type size created state robustness conditions Scheduled Ready Schedulable status reason controllers hostId',
    'running kubernetesStatus namespace pvcName lastPodRefAt workloadsStatus workloadName workloadType replicas mode',
    'failedAt rebuildStatus replica progress isRebuilding error standby restoreRequired accessMode dataEngine encrypted',
    'backupTargetName numberOfReplicas snapshotMaxCount volumeName snapshotName snapshotCreated newlyUploadDataSize',
    'cron task groups reUploadedDataSize labels url backupTargetURL available message allowScheduling tags',
  ].flatMap((keys) => keys.split(' ')),
);

/** The element without most of the fields that are never read: smaller objects make the fuzz faster. */
export const slim = (element: string): string =>
  JSON.stringify(
    JSON.parse(element, (key, value) => (KEPT.has(key) || /^\d*$/.test(key) ? value : undefined)),
  );

function recordedLists(version: string, cluster: string): RecordedLists {
  const entries = STREAMS.map((stream) => {
    const [message] = recorded(version, `${cluster}-${stream}`);
    if (message === undefined) throw new Error(`${version} ${cluster}-${stream} is not recorded`);
    return [stream, recordedList(message)];
  });
  return Object.fromEntries(entries) as RecordedLists;
}

const all = (cluster: string): Readonly<Record<Version, RecordedLists>> =>
  Object.fromEntries(VERSIONS.map((version) => [version, recordedLists(version, cluster)])) as Record<
    Version,
    RecordedLists
  >;

export const CLUSTERS = all('cluster');
export const EMPTY = all('empty');

const storyOf = (stream: StreamName): RecordedList[] =>
  recorded('1.12.1', `story-${stream}`).map(recordedList);

/** The contents of one recorded object over time, without repeats; undefined while it does not exist. */
function historyOf(stream: StreamName, name: string): (string | undefined)[] {
  const history: (string | undefined)[] = [];
  for (const { elements } of storyOf(stream)) {
    const element = elements.find((text) => text.includes(`"name":"${name}"`));
    if (element !== history.at(-1)) history.push(element);
  }
  return history;
}

export const STORY: { readonly [S in StreamName]?: readonly (readonly (string | undefined)[])[] } = {
  volumes: [historyOf('volumes', 'pvc-story'), historyOf('volumes', 'pvc-quiet')],
  backups: [historyOf('backups', 'backup-1'), historyOf('backups', 'backup-2')],
};

/** What a correct manager could send for the same object at other times. */
export function variants(stream: StreamName, element: string): string[] {
  const edits = EDITS[stream].map((edit) => {
    const object = JSON.parse(element);
    edit(object);
    return JSON.stringify(object);
  });
  return [element, ...edits];
}

// biome-ignore lint/suspicious/noExplicitAny: a recorded object, whose fields are known to exist.
type Edit = (object: any) => void;

const EDITS: { readonly [S in StreamName]: readonly Edit[] } = {
  volumes: [
    (volume) => Object.assign(volume, { state: 'attached', robustness: 'healthy' }),
    (volume) => {
      Object.assign(volume, { state: 'attached', robustness: 'degraded' });
      Object.assign(volume.replicas?.[0] ?? {}, { mode: 'ERR', failedAt: '2026-11-22T05:59:00Z' });
    },
    (volume) => {
      Object.assign(volume, { state: 'attached', robustness: 'degraded' });
      Object.assign(volume.replicas?.[0] ?? {}, { mode: 'WO', failedAt: '' });
      volume.rebuildStatus = [{ replica: volume.replicas?.[0]?.name, progress: 40, state: 'in_progress' }];
    },
    (volume) => {
      Object.assign(volume, { state: 'attached', robustness: 'healthy', rebuildStatus: [] });
      for (const replica of volume.replicas ?? []) Object.assign(replica, { mode: 'RW', failedAt: '' });
    },
    (volume) => Object.assign(volume, { state: 'attached', robustness: 'unknown' }),
    (volume) => Object.assign(volume, { state: 'detached', robustness: 'faulted' }),
  ],
  backups: [
    (backup) => Object.assign(backup, { state: 'InProgress', progress: 10, created: '' }),
    (backup) => Object.assign(backup, { state: 'InProgress', progress: 70, created: '' }),
    (backup) => Object.assign(backup, { state: 'Completed', progress: 100, created: '2026-11-22T07:00:00Z' }),
    (backup) => Object.assign(backup, { state: 'Error', progress: 10, created: '' }),
  ],
  nodes: [
    (node) => Object.assign(node.conditions.Ready, { status: 'False' }),
    (node) => Object.assign(node.conditions.Ready, { status: 'True' }),
  ],
  backuptargets: [(target) => Object.assign(target, { available: !target.available })],
  recurringjobs: [
    (job) => Object.assign(job, { cron: '*/5 * * * *' }),
    (job) => Object.assign(job, { task: 'backup', groups: ['default'] }),
  ],
};
