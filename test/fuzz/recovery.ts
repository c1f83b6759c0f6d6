/** After mutated messages, one clean set of lists and responses restores what a new exporter would serve. */

import assert from 'node:assert/strict';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import type { Dice } from './dice.ts';
import type { Line } from './exposition.ts';
import { CLUSTERS, VERSIONS, type Version } from './recordings.ts';
import { JOBS, NO_SNAPSHOTS, SNAPSHOTS } from './responses.ts';
import { createTally, type Tally } from './tally.ts';
import { createWorld, NO_LIMITS, type World } from './world.ts';

const nameOf = (element: string): string => JSON.parse(element).name;

function sendClean(world: World, version: Version): void {
  const lists = () => {
    for (const stream of STREAMS) {
      const { head, elements, tail } = CLUSTERS[version][stream];
      world.advance(1_000);
      const accepted = world.message(stream, Buffer.from(head + elements.join(',') + tail), 0, true);
      assert.ok(accepted, `the recorded message of ${stream} is a list`);
    }
  };
  lists();
  for (const name of CLUSTERS[version].volumes.elements.map(nameOf)) {
    const body = Buffer.from(
      (name === 'pvc-aa01' ? SNAPSHOTS : NO_SNAPSHOTS)[VERSIONS.indexOf(version)] ?? '',
    );
    const jobs = Buffer.from(JOBS[0] ?? '');
    world.response('sweep', name, { status: 200, body, requestedAt: world.now(), tookMs: 1 });
    world.response('jobs', name, { status: 200, body: jobs, requestedAt: world.now(), tookMs: 1 });
  }
  // A response without snapshots counts once a later list contains the volume.
  lists();
}

/** Gauges that depend on earlier messages: when something was first seen, last failures and durations, and replicas that were never healthy. */
const DEPENDS_ON_HISTORY = new RegExp(
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
const COMPARED = /^longhorn_(?!exporter_)|^longhorn_exporter_(objects_bad|volumes|nodes)$/;
const COUNTER = /_total$|_(bucket|sum|count)$/;

const isOfBackups = (family: string, labels: Line['labels']): boolean =>
  labels.has('target') || family === 'longhorn_volume_unbacked_bytes';

/** `excluded`: volumes whose backups are not compared. */
const gauges = (lines: readonly Line[], excluded: ReadonlySet<string>): string[] =>
  lines
    .filter(
      ({ family }) => COMPARED.test(family) && !COUNTER.test(family) && !DEPENDS_ON_HISTORY.test(family),
    )
    .filter(
      ({ family, labels }) => !(isOfBackups(family, labels) && excluded.has(labels.get('volume') ?? '')),
    )
    .filter(({ family }) => family !== 'longhorn_up')
    // An earlier failure keeps the series of its target, even without backups.
    .filter(({ family, value }) => family !== 'longhorn_volume_backups' || value > 0)
    .map(({ text }) => text)
    .sort();

const cleanExposition = createExposition(NO_LIMITS);
const cache = new Map<string, Line[]>();

/** What a new exporter serves after these lists, and the HELP and TYPE lines of its exposition. */
export async function renderClean(
  version: Version,
  node: string | undefined,
): Promise<{ lines: Line[]; heads: string }> {
  const world = createWorld(cleanExposition, node, [], createTally());
  sendClean(world, version);
  return world.render();
}

async function cleanLines(version: Version, node: string | undefined): Promise<Line[]> {
  const key = `${version} ${node}`;
  const lines = cache.get(key) ?? (await renderClean(version, node)).lines;
  cache.set(key, lines);
  return lines;
}

/** Volumes with a backup that was listed as Deleting: it never counts again, so their backups cannot be compared. */
function volumesToExclude(world: World, version: Version): Set<string> {
  const backups = CLUSTERS[version].backups.elements.map((element) => JSON.parse(element));
  return new Set(
    backups
      .filter(({ name, state }) => state !== 'Deleting' && world.deleted.has(name))
      .map((backup) => backup.volumeName),
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
  sendClean(world, version);
  const { lines } = await world.render(heads);
  const excluded = volumesToExclude(world, version);
  const expected = gauges(await cleanLines(version, node), excluded);
  assert.deepEqual(gauges(lines, excluded), expected, `the gauges after clean lists of ${version}`);
  tally.count('recoveries');
  tally.add('gauges compared after recovery', expected.length);
  tally.add('volumes not compared there, as a backup was Deleting', excluded.size);
}
