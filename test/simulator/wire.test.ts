// The simulator's bytes against the recorded ones of 1.12.1.
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
  test(`an empty list of ${stream} is the recorded one, byte for byte`, () => {
    assert.equal(
      textOf(empty(), stream),
      readFixture(
        stream === 'recurringjobs' ? 'phases-jobless-recurringjobs.jsonl' : `empty-${stream}.jsonl`,
      ),
    );
  });
}

test('recorded backups are rendered byte for byte', () => {
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

test('recorded backup targets are rendered byte for byte', () => {
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

test('recorded nodes are rendered byte for byte, except the made-up disk ids', () => {
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

test('recorded recurring jobs: byte for byte', () => {
  const recorded = readFixture('phases-recurringjobs.jsonl');
  const cluster = empty();
  for (const job of elements<RecurringJob>(recorded)) cluster.recurringjobs.put(toJob(job));
  assert.equal(textOf(cluster, 'recurringjobs'), recorded);
});

for (const volume of ['colocated', 'job-backed', 'job-grouped', 'job-none']) {
  test(`recurringJobList of ${volume}: the recorded one, byte for byte`, () => {
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

test('a snapshot has the key error only when there is one', () => {
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

test('an unknown volume, and one without snapshots, has an empty list of them', () => {
  const wire = createWire(empty(), BASE);
  assert.equal(
    wire.snapshots('no-such-volume', Math.random),
    readFixture('snapshotCRList-no-such-volume.json'),
  );
});

test('an error body is the recorded one', () => {
  const message =
    'failed to get the parameters: failed to get target node ID: setting default-engine-image is empty';
  const body = createWire(empty(), BASE).error(500, 'Internal Server Error', message, '/v1/backupvolumes');
  assert.equal(body, readFixture('error-500.json'));
});

/** What the recording made up by its own rules, and what depends on times it does not show. */
const UNREPRODUCED = new Set([
  'address',
  'instanceManagerName',
  'currentImage',
  'diskID',
  'actualSize',
  'lastBackup',
  'lastBackupAt',
  'attachments',
]);

/** A recorded value with what the simulator need not reproduce blanked; `null` stays distinct from a list. */
const blanked = (value: Json, key = ''): Json => {
  if (UNREPRODUCED.has(key)) return 'blank';
  // What runs on a node, and by which name or address a replica is listed, is not simulated.
  if (key === 'purgeStatus' && Array.isArray(value)) return value.map((one) => Object.keys(one ?? {}).join());
  // Which replica a backup reads from is recorded by name or, without an engine, by address.
  if (key === 'backupStatus' && Array.isArray(value)) {
    return value.map((one) => blanked({ ...(one as JsonObject), replica: '' }));
  }
  if (Array.isArray(value)) return value.map((one) => blanked(one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blanked(inner, name)]));
};

/** Each volume of a list as the simulator renders it, next to the recorded one. */
function renderedBeside(line: string, backups: readonly WireBackup[]) {
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

/** Value by value, and key by key in the same order. */
function assertSame(rendered: JsonObject, recorded: JsonObject, ignored: JsonObject = {}): void {
  const [actual, expected] = [blanked({ ...rendered, ...ignored }), blanked({ ...recorded, ...ignored })];
  assert.deepEqual(actual, expected, String(recorded.name));
  assert.equal(JSON.stringify(actual), JSON.stringify(expected), 'the order of keys');
}

for (const recording of ['cluster', 'phases']) {
  const backups = elements<WireBackup>(lines(`${recording}-backups.jsonl`)[0] ?? '');
  const volumes = renderedBeside(lines(`${recording}-volumes.jsonl`)[0] ?? '', backups);
  for (const { name, recorded, rendered } of volumes) {
    test(`${name} of ${recording}-volumes: the recorded volume`, () => {
      // Whether an attaching volume is ready depends on the node that is wanted, which no message shows.
      const ignored = recorded.state === 'attaching' ? { notReadyMessage: '', ready: true } : {};
      assertSame(rendered, recorded, ignored);
    });
  }
}

test('story-volumes: the recorded volumes, except for their backups, which were recorded separately', () => {
  for (const line of lines('story-volumes.jsonl')) {
    for (const { recorded, rendered } of renderedBeside(line, [])) {
      assertSame(rendered, recorded, { backupStatus: [] });
    }
  }
});

/** All key sets by place, without the keys of maps. */
const keySets = (value: Json, place = '', found = new Map<string, string>()): Map<string, string> => {
  if (Array.isArray(value)) for (const one of value) keySets(one, `${place}[]`, found);
  else if (value !== null && typeof value === 'object') {
    const isMap = /\.(attachments|disks|labels)$/.test(place);
    if (!isMap) found.set(place, Object.keys(value).join());
    for (const [key, inner] of Object.entries(value)) keySets(inner, `${place}.${isMap ? '*' : key}`, found);
  }
  return found;
};

test('a healthy volume has every key set of a recorded healthy volume, at any depth', () => {
  const recorded = elements(lines('cluster-volumes.jsonl')[0] ?? '')[0] ?? null;
  const rendered = elements(textOf(createCluster({ volumes: 1 }), 'volumes'))[0] ?? null;
  assert.deepEqual(keySets(rendered), keySets(recorded));
});

test('a volume takes 7 to 14 KB', () => {
  for (const { length } of createWire(createCluster({ volumes: 50 }), BASE).list('volumes', '1s').elements) {
    assert.ok(length > 7000 && length < 14_000, String(length));
  }
});

test('only a changed volume is rendered again, and a changed backup changes its volume', () => {
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

test('the same seed gives the same bytes, another seed others', () => {
  const text = (seed: number) => textOf(createCluster({ volumes: 5, seed, now: () => 1e12 }), 'volumes');
  assert.equal(text(7), text(7));
  assert.notEqual(text(7), text(8));
});
