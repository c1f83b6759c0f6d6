/** Mutates one object of a list: any field may become anything, mostly fields that are read. */

import type { StreamName } from '../../src/longhorn/streams.ts';
import type { Dice } from './dice.ts';
import { NAMES, nastyValue, rawToken, write } from './nasty.ts';

type Place = readonly [container: Record<string, unknown>, key: string];
/** The kinds of objects whose fields can be mutated. */
export type Kind = StreamName | 'snapshots' | 'jobs';

/** The fields that are read. `*`: any element of a list. */
const FIELDS: { readonly [K in Kind]: readonly string[] } = {
  volumes: [
    ...[
      'name',
      'created',
      'state',
      'state',
      'robustness',
      'robustness',
      'conditions',
      'conditions.Scheduled',
    ],
    ...[
      'conditions.Scheduled.status',
      'restoreRequired',
      'standby',
      'accessMode',
      'dataEngine',
      'numberOfReplicas',
    ],
    ...['backupTargetName', 'controllers', 'controllers.*', 'controllers.*.hostId', 'controllers.*.running'],
    ...['kubernetesStatus', 'kubernetesStatus.namespace', 'kubernetesStatus.pvcName', 'snapshotMaxCount'],
    ...[
      'kubernetesStatus.lastPodRefAt',
      'kubernetesStatus.workloadsStatus',
      'rebuildStatus',
      'rebuildStatus.*',
    ],
    ...['kubernetesStatus.workloadsStatus.*.workloadName', 'kubernetesStatus.workloadsStatus.*.workloadType'],
    ...[
      'replicas',
      'replicas.*',
      'replicas.*.name',
      'replicas.*.mode',
      'replicas.*.mode',
      'replicas.*.failedAt',
    ],
    ...['rebuildStatus.*.replica', 'rebuildStatus.*.progress', 'rebuildStatus.*.state'],
  ],
  backups: [
    ...[
      'name',
      'state',
      'state',
      'volumeName',
      'backupTargetName',
      'snapshotName',
      'created',
      'snapshotCreated',
    ],
    ...['size', 'newlyUploadDataSize', 'reUploadedDataSize', 'progress'],
  ],
  nodes: ['name', 'conditions', 'conditions.Ready', 'conditions.Ready.status', 'conditions.Ready.status'],
  backuptargets: ['name', 'backupTargetURL', 'available'],
  recurringjobs: ['name', 'cron', 'cron', 'task', 'groups', 'groups.*'],
  jobs: ['name', 'isGroup'],
  snapshots: ['name', 'userCreated', 'markRemoved', 'creationTime', 'size', 'error'],
};

const TIMES = [
  '',
  '2026-11-22T05:58:00Z',
  '2026-11-22T06:30:00Z',
  '2026-11-23T00:00:00Z',
  '2026-10-01T00:00:00Z',
];
const VOLUMES = ['pvc-story', 'pvc-quiet', 'pvc-aa01', 'pvc-aa02', 'pvc-aa03'];

/** Valid values, by the last part of the path. */
const PLAUSIBLE: Readonly<Record<string, readonly unknown[]>> = {
  robustness: ['healthy', 'degraded', 'faulted', 'unknown', ''],
  state: [
    ...['attached', 'attached', 'attached', 'detached', 'attaching', 'detaching', 'creating', 'deleting'],
    ...[
      'Completed',
      'Completed',
      'Error',
      'InProgress',
      'InProgress',
      'Pending',
      'Unknown',
      'New',
      'error',
      '',
    ],
  ],
  mode: ['RW', 'RW', 'WO', 'WO', 'ERR', ''],
  failedAt: TIMES,
  created: [...TIMES, '2026-10-24 06:00:00 +0000 UTC', '2026-10-23 06:00:00 +0000 UTC'],
  snapshotCreated: TIMES,
  creationTime: TIMES,
  status: ['True', 'False', 'Unknown'],
  hostId: ['node-1', 'node-2', 'node-3', ''],
  progress: [0, 5, 50, 99, 100],
  numberOfReplicas: [1, 2, 3],
  namespace: ['shop', 'default', ''],
  volumeName: VOLUMES,
  backupTargetName: ['default', 'offsite', ''],
  snapshotName: ['snap-1', ''],
  size: ['0', '1048576', 1048576],
  backupTargetURL: ['', 's3://backups@us-east-1/', 'nfs://10.0.0.9:/backups', 'S3:x', 'no scheme'],
  rebuildStatus: [[], [{ replica: 'pvc-aa02-r-1', progress: 50, state: 'in_progress' }]],
  replicas: [[], null],
};
const BOOLEANS = ['running', 'available', 'standby', 'restoreRequired', 'userCreated', 'markRemoved'];

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Where the field is; undefined if earlier mutations removed the path to it. */
function placeOf(object: Record<string, unknown>, path: string, dice: Dice): Place | undefined {
  let container = object;
  const keys = path.split('.');
  for (const [depth, part] of keys.entries()) {
    const ownKeys = Object.keys(container);
    const key = part !== '*' ? part : ownKeys.length > 0 ? dice.pick(ownKeys) : '0';
    if (depth === keys.length - 1) return [container, key];
    const next = Object.hasOwn(container, key) ? container[key] : undefined;
    if (!isContainer(next)) return undefined;
    container = next;
  }
  return undefined;
}

/** Any place, including unread fields. */
function anyPlace(object: Record<string, unknown>, dice: Dice): Place | undefined {
  let container = object;
  for (;;) {
    const keys = Object.keys(container);
    if (keys.length === 0) return undefined;
    const key = dice.pick(keys);
    const next = container[key];
    if (!isContainer(next) || dice.chance(0.3)) return [container, key];
    container = next;
  }
}

function plausible(key: string, dice: Dice): unknown {
  if (BOOLEANS.includes(key)) return dice.chance(0.5);
  const values = Object.hasOwn(PLAUSIBLE, key) ? PLAUSIBLE[key] : undefined;
  return values === undefined ? dice.pick(NAMES) : dice.pick(values);
}

function mutateField(object: Record<string, unknown>, kind: Kind, dice: Dice): void {
  const place = dice.chance(0.85) ? placeOf(object, dice.pick(FIELDS[kind]), dice) : anyPlace(object, dice);
  if (place === undefined) return;
  const [container, key] = place;
  const how = dice.weighted([
    [11, 'plausible'],
    [10, 'nasty'],
    [2, 'delete'],
    [1, 'wrap'],
  ] as const);
  const value = how === 'plausible' ? plausible(key, dice) : nastyValue(dice);
  if (how === 'delete') delete container[key];
  else if (how === 'wrap')
    put(container, key, dice.pick<unknown>([[container[key]], { [key]: container[key] }]));
  else put(container, key, value);
}

/** Also sets keys such as `__proto__`, which an assignment would not make a property. */
const put = (container: object, key: string, value: unknown): void => {
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
};

/** The object's text with some fields mutated, and sometimes with damaged text. */
export function mutateObject(text: string, kind: Kind, dice: Dice): string {
  const object: unknown = JSON.parse(text);
  if (!isContainer(object)) return text;
  for (let times = 1 + dice.below(3); times > 0; times--) mutateField(object, kind, dice);
  const written = write(object);
  return dice.chance(0.15) ? addKey(written, kind, dice) : written;
}

/** Adds a key before all others of some object: often a duplicate, or one that is special in JavaScript. */
function addKey(text: string, kind: Kind, dice: Dice): string {
  const at = text.indexOf('{"', dice.chance(0.5) ? 0 : dice.below(text.length));
  if (at < 0) return text;
  const key = dice.chance(0.5) ? dice.pick(NAMES) : (dice.pick(FIELDS[kind]).split('.').at(-1) ?? '');
  const value = dice.chance(0.5) ? rawToken(dice) : write(plausible(key, dice));
  const space = dice.pick(['', ' ', '\n', '\t\r\n']);
  return `${text.slice(0, at + 1)}${space}${JSON.stringify(key)}${space}:${space}${value},${text.slice(at + 1)}`;
}

/** The object under another name. */
export function rename(text: string, name: string): string {
  const object: unknown = JSON.parse(text);
  return isContainer(object) ? write({ ...object, name }) : text;
}
