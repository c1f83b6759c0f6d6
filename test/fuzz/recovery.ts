/** After mutated messages and then one clean set of lists and responses, the same is served as by a new exporter. */

import assert from 'node:assert/strict';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import { JOBS, NO_SNAPSHOTS, SNAPSHOTS } from './answers.ts';
import type { Dice } from './dice.ts';
import { CLUSTERS, VERSIONS, type Version } from './frames.ts';
import type { Line } from './page.ts';
import { createTally, type Tally } from './tally.ts';
import { createWorld, NO_LIMITS, type World } from './world.ts';

const nameOf = (element: string): string => JSON.parse(element).name;

function clean(world: World, version: Version): void {
  const lists = () => {
    for (const stream of STREAMS) {
      const { head, elements, tail } = CLUSTERS[version][stream];
      world.advance(1_000);
      const taken = world.message(stream, Buffer.from(head + elements.join(',') + tail), 0, true);
      assert.ok(taken, `the recorded message of ${stream} is a list`);
    }
  };
  lists();
  for (const name of CLUSTERS[version].volumes.elements.map(nameOf)) {
    const body = Buffer.from(
      (name === 'pvc-aa01' ? SNAPSHOTS : NO_SNAPSHOTS)[VERSIONS.indexOf(version)] ?? '',
    );
    const jobs = Buffer.from(JOBS[0] ?? '');
    world.answer('sweep', name, { status: 200, body, requestedAt: world.now(), tookMs: 1 });
    world.answer('jobs', name, { status: 200, body: jobs, requestedAt: world.now(), tookMs: 1 });
  }
  // A response without snapshots counts once a later list contains the volume.
  lists();
}

/** Gauges that depend on history: when something was first seen, the last failure, the last duration, and replicas that were never healthy. */
const REMEMBERING = new RegExp(
  `^longhorn_(${[
    'volume_(degraded_since|rebuild_started|operation_started|last_used)_timestamp_seconds',
    'volume_rebuild_last_duration_seconds',
    'volume_redundancy_(nodes|zones)|node_sole_copy_volumes',
    'backup_(started|due)_timestamp_seconds',
    'backup_last_upload_seconds',
    'backup_last_fail(ed|ure_reason|ure_timestamp_seconds)',
    'backup_target_(un)?available_since_timestamp_seconds',
  ].join('|')})$`,
);
const OURS = /^longhorn_(?!exporter_)|^longhorn_exporter_(objects_bad|volumes|nodes)$/;
const COUNTING = /_total$|_(bucket|sum|count)$/;

const isOfBackups = (family: string, labels: Line['labels']): boolean =>
  labels.has('target') || family === 'longhorn_volume_unbacked_bytes';

/** `forgotten`: volumes whose backups are not compared. */
const gauges = (lines: readonly Line[], forgotten: ReadonlySet<string>): string[] =>
  lines
    .filter(({ family }) => OURS.test(family) && !COUNTING.test(family) && !REMEMBERING.test(family))
    .filter(
      ({ family, labels }) => !(isOfBackups(family, labels) && forgotten.has(labels.get('volume') ?? '')),
    )
    .filter(({ family }) => family !== 'longhorn_up')
    // A remembered failure keeps the series of its target, with no backups.
    .filter(({ family, value }) => family !== 'longhorn_volume_backups' || value > 0)
    .map(({ text }) => text)
    .sort();

const cleanExposition = createExposition(NO_LIMITS);
const known = new Map<string, Line[]>();

/** What a new exporter serves after these lists, and the lines of its exposition other than samples. */
export async function cleanPage(
  version: Version,
  node: string | undefined,
): Promise<{ lines: Line[]; heads: string }> {
  const world = createWorld(cleanExposition, node, [], createTally());
  clean(world, version);
  return world.render();
}

async function cleanLines(version: Version, node: string | undefined): Promise<Line[]> {
  const key = `${version} ${node}`;
  const lines = known.get(key) ?? (await cleanPage(version, node)).lines;
  known.set(key, lines);
  return lines;
}

/** A backup that was listed as Deleting never counts again, so the backups of its volume cannot be compared. */
function forgottenBy(world: World, version: Version): Set<string> {
  const backups = CLUSTERS[version].backups.elements.map((element) => JSON.parse(element));
  return new Set(
    backups
      .filter(({ name, state }) => state !== 'Deleting' && world.deleted.has(name))
      .map((b) => b.volumeName),
  );
}

export async function checkRecovery(
  world: World,
  node: string | undefined,
  heads: string,
  tally: Tally,
  dice: Dice,
) {
  const version = dice.pick(VERSIONS);
  clean(world, version);
  const { lines } = await world.render(heads);
  const forgotten = forgottenBy(world, version);
  const expected = gauges(await cleanLines(version, node), forgotten);
  assert.deepEqual(gauges(lines, forgotten), expected, `the gauges after clean lists of ${version}`);
  tally.count('recoveries');
  tally.add('gauges compared after recovery', expected.length);
  tally.add('volumes left out there: a backup was Deleting', forgotten.size);
}
