/** The simulator's bytes compared with the recorded ones of 1.12.1. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyCluster } from '../../simulator/cluster.ts';
import { changeSnapshot, createVolume } from '../../simulator/index.ts';
import {
  type JobLabel,
  type RecurringJob,
  type Snapshot,
  STREAMS,
  type Stream,
} from '../../simulator/model.ts';
import { createCluster } from '../../simulator/population.ts';
import { seededRandom } from '../../simulator/random.ts';
import { createWire, listText } from '../../simulator/wire.ts';
import {
  elements,
  type Json,
  type JsonObject,
  lines,
  readFixture,
  toBackup,
  toJob,
  toNode,
  toSnapshot,
  toTarget,
  toVolume,
  type WireBackup,
  type WireNode,
  type WireTarget,
  type WireVolume,
} from './fixtures.ts';

const BASE = 'http://10.42.1.7:9500';
const empty = () => emptyCluster({ now: () => 0, random: seededRandom(1) });
const textOf = (cluster: ReturnType<typeof empty>, stream: Stream) =>
  listText(createWire(cluster, BASE).list(stream, '1s'));

for (const stream of STREAMS) {
  test(`empty list of ${stream}: as recorded, byte for byte`, () => {
    assert.equal(
      textOf(empty(), stream),
      readFixture(
        stream === 'recurringjobs' ? 'phases-jobless-recurringjobs.jsonl' : `empty-${stream}.jsonl`,
      ),
    );
  });
}

test('backups: as recorded, byte for byte', () => {
  for (const line of [
    ...lines('cluster-backups.jsonl'),
    ...lines('phases-backups.jsonl'),
    ...lines('story-backups.jsonl'),
  ]) {
    const cluster = empty();
    for (const backup of elements<WireBackup>(line)) cluster.backups.put(toBackup(backup));
    assert.equal(textOf(cluster, 'backups'), `${line}\n`);
  }
});

test('backup targets: as recorded, byte for byte', () => {
  for (const line of [
    ...lines('cluster-backuptargets.jsonl'),
    ...lines('phases-backuptargets.jsonl'),
    ...lines('story-backuptargets.jsonl'),
  ]) {
    const cluster = empty();
    for (const target of elements<WireTarget>(line)) cluster.backuptargets.put(toTarget(target));
    assert.equal(textOf(cluster, 'backuptargets'), `${line}\n`);
  }
});

test('nodes: as recorded, byte for byte, except for disk IDs', () => {
  const withoutIds = (text: string) => text.replaceAll(/"diskUUID":"\w{32}"/g, '');
  for (const line of [
    ...lines('cluster-nodes.jsonl'),
    ...lines('phases-nodes.jsonl'),
    ...lines('story-nodes.jsonl'),
  ]) {
    const cluster = empty();
    for (const node of elements<WireNode>(line)) cluster.nodes.put(toNode(node));
    assert.equal(withoutIds(textOf(cluster, 'nodes')), withoutIds(`${line}\n`));
  }
});

test('recurring jobs: as recorded, byte for byte', () => {
  const recorded = readFixture('phases-recurringjobs.jsonl');
  const cluster = empty();
  for (const job of elements<RecurringJob>(recorded)) cluster.recurringjobs.put(toJob(job));
  assert.equal(textOf(cluster, 'recurringjobs'), recorded);
});

for (const volume of ['colocated', 'job-backed', 'job-grouped', 'job-none']) {
  test(`recurringJobList of ${volume}: as recorded, byte for byte`, () => {
    const recorded = readFixture(`recurringJobList-${volume}.json`);
    const cluster = empty();
    createVolume(cluster, volume, { jobs: elements<JobLabel>(recorded) });
    assert.equal(createWire(cluster, BASE).jobs(volume), recorded);
  });
}

for (const volume of ['pvc-aa01', 'job-backed']) {
  test(`snapshotCRList of ${volume}: as recorded, in any order`, () => {
    const recorded = readFixture(`snapshotCRList-${volume}.json`);
    const cluster = empty();
    createVolume(cluster, volume);
    cluster.nodes.put({ name: 'node-1', ready: true, reason: '', zone: '', region: '' });
    cluster.setSnapshots(volume, elements<Snapshot>(recorded).map(toSnapshot));
    const parts = (text: string) =>
      text.split('},{"actions').map((part) => part.replace(/^.*"data":\[\{"actions|\}\].*\n$/g, ''));
    const rendered = createWire(cluster, BASE).snapshots(volume, seededRandom(1));
    assert.equal(rendered.length, recorded.length);
    assert.deepEqual(parts(rendered).sort(), parts(recorded).sort());
  });
}

test('snapshot: has the key error only if there is an error', () => {
  const cluster = createCluster({ volumes: 1, snapshotsPerVolume: 1 });
  const [snapshot] = cluster.snapshotsOf('pvc-0001');
  const wire = createWire(cluster, BASE);
  assert.equal(wire.snapshots('pvc-0001', seededRandom(1)).includes('"error"'), false);
  changeSnapshot(cluster, 'pvc-0001', snapshot?.name ?? '', { error: 'volume is detached' });
  assert.match(
    wire.snapshots('pvc-0001', seededRandom(1)),
    /"creationTime":"[^"]*","error":"volume is detached","id"/,
  );
});

test('snapshotCRList of an unknown volume: an empty list, as recorded', () => {
  const wire = createWire(empty(), BASE);
  assert.equal(
    wire.snapshots('no-such-volume', Math.random),
    readFixture('snapshotCRList-no-such-volume.json'),
  );
});

test('body of an error response: as recorded', () => {
  const message =
    'failed to get the parameters: failed to get target node ID: setting default-engine-image is empty';
  const body = createWire(empty(), BASE).error(500, 'Internal Server Error', message, '/v1/backupvolumes');
  assert.equal(body, readFixture('error-500.json'));
});

/** Fields that the recorded cluster filled by rules of its own, or that depend on times not in the recording. */
const NOT_REPRODUCED = new Set([
  'address',
  'instanceManagerName',
  'currentImage',
  'diskID',
  'actualSize',
  'lastBackup',
  'lastBackupAt',
  'attachments',
]);

/** The value, with blanks for what the simulator need not reproduce; `null` stays distinct from a list. */
const blanked = (value: Json, key = ''): Json => {
  if (NOT_REPRODUCED.has(key)) return 'blank';
  // Neither the processes of a node nor the name or address that identifies a replica here are simulated.
  if (key === 'purgeStatus' && Array.isArray(value))
    return value.map((item) => Object.keys(item ?? {}).join());
  // The recording identifies the replica that a backup reads from by name or, without an engine, by address.
  if (key === 'backupStatus' && Array.isArray(value)) {
    return value.map((item) => blanked({ ...(item as JsonObject), replica: '' }));
  }
  if (Array.isArray(value)) return value.map((item) => blanked(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blanked(inner, name)]));
};

/** Each volume of a list as the simulator renders it, next to the recorded one. */
function renderedAndRecorded(line: string, backups: readonly WireBackup[]) {
  const cluster = empty();
  for (const backup of backups) cluster.backups.put(toBackup(backup));
  for (const volume of elements<WireVolume>(line)) cluster.volumes.put(toVolume(volume));
  const rendered = elements(textOf(cluster, 'volumes'));
  return elements(line).map((recorded, index) => ({
    name: String(recorded.name),
    recorded,
    rendered: rendered[index] ?? {},
  }));
}

/** The same values, with keys in the same order. */
function assertSame(rendered: JsonObject, recorded: JsonObject, ignored: JsonObject = {}): void {
  const [actual, expected] = [blanked({ ...rendered, ...ignored }), blanked({ ...recorded, ...ignored })];
  assert.deepEqual(actual, expected, String(recorded.name));
  assert.equal(JSON.stringify(actual), JSON.stringify(expected), 'the order of keys');
}

for (const recording of ['cluster', 'phases']) {
  const backups = elements<WireBackup>(lines(`${recording}-backups.jsonl`)[0] ?? '');
  const volumes = renderedAndRecorded(lines(`${recording}-volumes.jsonl`)[0] ?? '', backups);
  for (const { name, recorded, rendered } of volumes) {
    test(`${name} of ${recording}-volumes: as recorded`, () => {
      // Whether an attaching volume is ready depends on the requested node, which no message contains.
      const ignored = recorded.state === 'attaching' ? { notReadyMessage: '', ready: true } : {};
      assertSame(rendered, recorded, ignored);
    });
  }
}

test('story-volumes: as recorded, except for their backups, which were recorded separately', () => {
  for (const line of lines('story-volumes.jsonl')) {
    for (const { recorded, rendered } of renderedAndRecorded(line, [])) {
      assertSame(rendered, recorded, { backupStatus: [] });
    }
  }
});

/** The keys of every object, by path, except those of maps. */
const keySets = (value: Json, path = '', found = new Map<string, string>()): Map<string, string> => {
  if (Array.isArray(value)) for (const item of value) keySets(item, `${path}[]`, found);
  else if (value !== null && typeof value === 'object') {
    const isMap = /\.(attachments|disks|labels)$/.test(path);
    if (!isMap) found.set(path, Object.keys(value).join());
    for (const [key, inner] of Object.entries(value)) keySets(inner, `${path}.${isMap ? '*' : key}`, found);
  }
  return found;
};

test('healthy volume: the same keys as a recorded one, at any depth', () => {
  const recorded = elements(lines('cluster-volumes.jsonl')[0] ?? '')[0] ?? null;
  const rendered = elements(textOf(createCluster({ volumes: 1 }), 'volumes'))[0] ?? null;
  assert.deepEqual(keySets(rendered), keySets(recorded));
});

test('rendered volume: 7 to 14 KB', () => {
  for (const { length } of createWire(createCluster({ volumes: 50 }), BASE).list('volumes', '1s').elements) {
    assert.ok(length > 7000 && length < 14_000, `${length} bytes`);
  }
});

test('changed backup: only its volume is rendered again', () => {
  const cluster = createCluster({ volumes: 3, backups: 3 });
  const wire = createWire(cluster, BASE);
  const before = wire.list('volumes', '1s').elements;
  cluster.backups.change('backup-pvc-0002-1', (backup) => ({ ...backup, state: 'Error' }));
  const after = wire.list('volumes', '1s').elements;
  assert.deepEqual(
    after.map((text, index) => text === before[index]),
    [true, false, true],
  );
});

test('same seed: same bytes; another seed: other bytes', () => {
  const text = (seed: number) => textOf(createCluster({ volumes: 5, seed, now: () => 1e12 }), 'volumes');
  assert.equal(text(7), text(7));
  assert.notEqual(text(7), text(8));
});
