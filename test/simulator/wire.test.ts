// The simulator's bytes against the recorded ones of 1.12.1.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyCluster } from '../../simulator/cluster.ts';
import { changeSnapshot, createVolume } from '../../simulator/index.ts';
import { type Snapshot, STREAMS, type Stream } from '../../simulator/model.ts';
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
    assert.equal(textOf(empty(), stream), readFixture(`empty-${stream}.jsonl`));
  });
}

test('recorded backups are rendered byte for byte', () => {
  for (const line of [...lines('cluster-backups.jsonl'), ...lines('story-backups.jsonl')]) {
    const cluster = empty();
    for (const backup of elements<WireBackup>(line)) cluster.backups.put(toBackup(backup));
    assert.equal(textOf(cluster, 'backups'), `${line}\n`);
  }
});

test('recorded backup targets are rendered byte for byte', () => {
  for (const line of [...lines('cluster-backuptargets.jsonl'), ...lines('story-backuptargets.jsonl')]) {
    const cluster = empty();
    for (const target of elements<WireTarget>(line)) cluster.backuptargets.put(toTarget(target));
    assert.equal(textOf(cluster, 'backuptargets'), `${line}\n`);
  }
});

test('recorded nodes are rendered byte for byte, but for the made-up disk ids', () => {
  const withoutIds = (text: string) => text.replaceAll(/"diskUUID":"\w{32}"/g, '');
  for (const line of [...lines('cluster-nodes.jsonl'), ...lines('story-nodes.jsonl')]) {
    const cluster = empty();
    for (const node of elements<WireNode>(line)) cluster.nodes.put(toNode(node));
    assert.equal(withoutIds(textOf(cluster, 'nodes')), withoutIds(`${line}\n`));
  }
});

test('recorded snapshots are rendered as recorded, in any order', () => {
  const recorded = readFixture('snapshotCRList-pvc-aa01.json');
  const cluster = empty();
  createVolume(cluster, 'pvc-aa01');
  cluster.nodes.put({ name: 'node-1', ready: true, reason: '' });
  cluster.setSnapshots('pvc-aa01', elements<Snapshot>(recorded).map(toSnapshot));
  const parts = (text: string) =>
    text.split('},{').map((part) => part.replace(/^.*"data":\[\{|\}\].*\n$/g, ''));
  const rendered = createWire(cluster, BASE).snapshots('pvc-aa01', seededRandom(1));
  assert.equal(rendered.length, recorded.length);
  assert.deepEqual(parts(rendered).sort(), parts(recorded).sort());
});

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

/** What the recording made up by rules of its own, and what depends on times it does not show. */
const UNREPRODUCED = new Set([
  'address',
  'diskID',
  'actualSize',
  'lastBackup',
  'lastBackupAt',
  'attachments',
]);

/** A recorded value with what the simulator need not reproduce blanked; `null` stays distinct from a list. */
const blanked = (value: Json, key = ''): Json => {
  if (UNREPRODUCED.has(key)) return 'blank';
  if (key === 'purgeStatus' && Array.isArray(value)) return value.length;
  // Which replica a backup reads from is recorded by name or, without an engine, by address.
  if (key === 'backupStatus' && Array.isArray(value)) {
    return value.map((one) => blanked({ ...(one as JsonObject), replica: '' }));
  }
  if (Array.isArray(value)) return value.map((one) => blanked(one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blanked(inner, name)]));
};

/** The story's volumes and backups were recorded apart, so there its `backupStatus` cannot be compared. */
const recordedVolumes = [
  ...lines('cluster-volumes.jsonl').map((line) => ({
    line,
    backups: lines('cluster-backups.jsonl')[0] ?? '',
  })),
  ...lines('story-volumes.jsonl').map((line) => ({ line, backups: '' })),
];

test('recorded volumes in every state are rendered value by value and key by key in the same order', () => {
  for (const { line, backups } of recordedVolumes) {
    const cluster = empty();
    for (const backup of backups === '' ? [] : elements<WireBackup>(backups))
      cluster.backups.put(toBackup(backup));
    for (const volume of elements<WireVolume>(line)) cluster.volumes.put(toVolume(volume));
    const rendered = elements(textOf(cluster, 'volumes'));
    for (const [index, recorded] of elements(line).entries()) {
      const ignored = backups === '' ? { backupStatus: [] } : {};
      const expected = blanked({ ...recorded, ...ignored });
      assert.deepEqual(blanked(rendered[index] ?? null), expected, String(recorded.name));
      assert.equal(
        JSON.stringify(blanked(rendered[index] ?? null)),
        JSON.stringify(expected),
        'the order of keys',
      );
    }
  }
});

/** All key sets by place, with the names of things in maps left out. */
const keySets = (value: Json, place = '', found = new Map<string, string>()): Map<string, string> => {
  if (Array.isArray(value)) for (const one of value) keySets(one, `${place}[]`, found);
  else if (value !== null && typeof value === 'object') {
    const isMap = /\.(attachments|disks|labels)$/.test(place);
    if (!isMap) found.set(place, Object.keys(value).join());
    for (const [key, inner] of Object.entries(value)) keySets(inner, `${place}.${isMap ? '*' : key}`, found);
  }
  return found;
};

test('a healthy volume has every key set of a recorded healthy volume, however deep', () => {
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
