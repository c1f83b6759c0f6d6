/** Properties that hold for any life of a cluster. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { BACKUP_TARGET_TABLE } from '../../src/metrics/backup-target.ts';
import type { Table } from '../../src/metrics/family.ts';
import { renderTable } from '../../src/metrics/render.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import {
  controller,
  EVERYTHING,
  type Played,
  play,
  replica,
  type Step,
  servedOf,
  volumeMetric,
} from '../support/facts.ts';
import { samples } from '../support/series.ts';
import { lives } from './arbitraries.ts';

/** Everything that one exporter serves. */
function render(played: Played, node?: string): ReadonlyMap<string, number> {
  const { volumes, backups, targets } = servedOf(played, { ...EVERYTHING, node });
  const { now } = played;
  const pieces = [
    renderTable(VOLUME_TABLE, volumes, now),
    renderTable(BACKUP_TABLE, backups, now),
    renderTable(BACKUP_TARGET_TABLE, targets, now),
  ];
  return samples(pieces.join(''));
}

const familyOf = (series: string): string => series.replace(/\{.*/s, '');

/**
 * The gauges that tell when something was first seen, what was last seen to end, or what a replica has been. More remember
 * something, but only in lives that `lives` can leave out: `longhorn_volume_info` the engine's node before a migration,
 * robustness what it was before an engine waited for its first poll, and all gauges of backups which of these were seen
 * being deleted.
 */
const REMEMBERING = [
  'longhorn_volume_degraded_since_timestamp_seconds',
  'longhorn_volume_last_used_timestamp_seconds',
  'longhorn_volume_operation_started_timestamp_seconds',
  'longhorn_volume_rebuild_started_timestamp_seconds',
  'longhorn_volume_rebuild_last_duration_seconds',
  'longhorn_volume_rebuild_progress_ratio',
  'longhorn_volume_replicas_status',
  'longhorn_volume_redundancy_nodes',
  'longhorn_backup_started_timestamp_seconds',
  'longhorn_backup_progress_ratio',
  'longhorn_backup_last_failed',
  'longhorn_backup_last_failure_timestamp_seconds',
  'longhorn_backup_last_failure_reason',
  'longhorn_backup_last_upload_seconds',
  'longhorn_backup_target_available_since_timestamp_seconds',
  'longhorn_backup_target_unavailable_since_timestamp_seconds',
];

const typeOf = new Map(
  ([VOLUME_TABLE, BACKUP_TABLE, BACKUP_TARGET_TABLE] as Table<never>[])
    .flatMap(({ families }) => families)
    .map(({ name, type }) => [name, type]),
);

const forgetful = (played: Played, node?: string) =>
  [...render(played, node)].filter(
    ([series, value]) =>
      typeOf.get(familyOf(series)) === 'gauge' &&
      !REMEMBERING.includes(familyOf(series)) &&
      // A failure that is remembered keeps the series of a target that has no backup of the volume any more.
      !(familyOf(series) === 'longhorn_volume_backups' && value === 0),
  );

describe('Gauges', () => {
  const plain = lives({ engines: 1, deleting: false, waiting: false });

  test('show the last lists, whatever came before', () => {
    fc.assert(
      fc.property(plain, fc.constantFrom(undefined, 'node-1'), (life, node) => {
        assert.deepEqual(forgetful(play(life), node), forgetful(play(life.slice(-1)), node));
      }),
      { numRuns: 300 },
    );
  });

  test('show it in the same order of series', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const { volumes } = servedOf(play(life));
        assert.deepEqual(
          volumes.map(({ volume }) => volume.facts.name),
          life.at(-1)?.volumes?.map(({ name }) => name),
        );
      }),
    );
  });

  test('with a start time never show a time in the future', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const played = play(life);
        for (const [series, value] of render(played)) {
          if (!/(since|rebuild_started)_timestamp/.test(familyOf(series))) continue;
          assert.ok(value * 1000 <= played.now.wall, series);
        }
      }),
    );
  });
});

describe('Folding the same lists again at the same time', () => {
  const twice = (life: readonly Step[], again: (last: Step) => Step) => {
    const once = play(life);
    const last = life.at(-1);
    assert.ok(last);
    const more = play([again(last)], once.state);
    assert.deepEqual(render(more), render(once));
    assert.deepEqual(more.events, []);
    return [once, more] as const;
  };

  test('changes nothing', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const [once, more] = twice(life, (last) => last);
        assert.deepEqual(more.state, once.state);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps every volume the same reference', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const [once, more] = twice(life, (last) => last);
        const healthy = [...once.state.volumes].filter(
          ([, { facts }]) => !/degraded|faulted/.test(facts.robustness ?? ''),
        );
        for (const [name, volume] of healthy) assert.equal(more.state.volumes.get(name), volume);
      }),
    );
  });

  test('changes nothing that is served when they are read again', () => {
    fc.assert(
      fc.property(lives(), (life) => void twice(life, (last) => structuredClone(last))),
      { numRuns: 300 },
    );
  });
});

describe('Counters', () => {
  const counters = (played: Played) =>
    [...render(played)].filter(([series]) => typeOf.get(familyOf(series)) === 'counter');
  const nameIn = (series: string) => /volume="([^"]*)"/.exec(series)?.[1] ?? '';
  /** The identity of a series, without its namespace, which may change while the value stays. */
  const lasting = (series: string) => series.replace(/namespace="[^"]*"/, '');

  test('never decrease while the volume is the same', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        let played = play([]);
        const created = new Map<string, number | undefined>();
        for (const step of life) {
          const before = new Map(counters(played).map(([series, value]) => [lasting(series), value]));
          played = play([step], played.state);
          const isSame = (name: string) => {
            const facts = step.volumes?.find((each) => each.name === name);
            return (
              facts?.created === undefined ||
              created.get(name) === undefined ||
              facts.created === created.get(name)
            );
          };
          for (const [series, value] of counters(played)) {
            const last = before.get(lasting(series));
            assert.ok(
              last === undefined || !isSame(nameIn(series)) || value >= last,
              `${series} ${last} ${value}`,
            );
          }
          for (const { name, created: time } of step.volumes ?? [])
            created.set(name, time ?? created.get(name));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('are 0 for a volume at its first sight', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const [first] = life;
        assert.ok(first);
        for (const [series, value] of counters(play([first]))) assert.equal(value, 0, series);
      }),
    );
  });

  test('of failed replicas count every failure event', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        let { state } = play(life.slice(0, 1));
        for (const step of life.slice(1)) {
          const next = play([step], state);
          for (const { name, created } of step.volumes ?? []) {
            const before = state.volumes.get(name);
            const after = next.state.volumes.get(name);
            if (!before || !after || before.facts.created !== created) continue;
            const told = next.events.filter((each) => each.volume === name && each.type === 'replica_failed');
            assert.equal(after.replicas.failures - before.replicas.failures, told.length);
          }
          state = next.state;
        }
      }),
    );
  });
});

/** A volume that Longhorn calls healthy and attached, whose engine runs, and all of whose replicas are RW. */
const isWell = ({ robustness, state, controllers, replicas, replicasDesired }: VolumeFacts): boolean =>
  robustness === 'healthy' &&
  state === 'attached' &&
  controllers?.some(({ running }) => running) === true &&
  replicas !== undefined &&
  replicas.filter(({ mode, failed }) => mode === 'RW' && !failed).length >= (replicasDesired ?? 0);

test('A volume that is well is served as healthy and is no incident, whatever happened before', () => {
  fc.assert(
    fc.property(lives(), (life) => {
      const played = play(life);
      for (const facts of life.at(-1)?.volumes ?? []) {
        if (!isWell(facts)) continue;
        const metric = volumeMetric(played, facts.name);
        const shown = ['healthy', 'degraded', 'faulted', 'unknown'].map((family) =>
          metric(`longhorn_volume_${family}`),
        );
        assert.deepEqual(shown, [1, 0, 0, 0]);
        assert.equal(metric('longhorn_volume_degraded_since_timestamp_seconds'), undefined);
      }
    }),
    { numRuns: 500 },
  );
});

test('Volumes that stay well count no time in trouble and no change, however often they attach, detach or disappear', () => {
  const onlyWell = lives().map((life) =>
    life.map((step) => ({ ...step, volumes: (step.volumes ?? []).map(asWell) })),
  );
  fc.assert(
    fc.property(onlyWell, (life) => {
      const played = play(life);
      for (const { name } of life.at(-1)?.volumes ?? [])
        for (const family of [
          'robustness_changes',
          'degraded_seconds',
          'faulted_seconds',
          'replica_failures',
        ])
          assert.equal(volumeMetric(played, name)(`longhorn_volume_${family}_total`), 0, family);
    }),
  );
});

/** The same volume while it is well, or while it attaches or detaches. */
function asWell(facts: VolumeFacts): VolumeFacts {
  const controllers = [controller()];
  if (facts.state !== 'attached') return { ...facts, robustness: 'unknown', controllers: [], replicas: [] };
  const replicas = [replica('r1'), replica('r2')];
  // The engine was not polled yet.
  if (facts.robustness === 'unknown')
    return { ...facts, controllers, replicas: replicas.map((each) => ({ ...each, mode: '' })) };
  return { ...facts, robustness: 'healthy', controllers, replicas };
}

test('A damaged message: the last known values are served', () => {
  fc.assert(
    fc.property(lives(), (life) => {
      const last = life.at(-1);
      assert.ok(last);
      const once = play(life);
      const more = play([{ ...last, confirmed: false }], once.state);
      assert.deepEqual(render(more), render(once));
    }),
  );
});

test('All nodes together serve everything, each series once', () => {
  fc.assert(
    fc.property(lives(), (life) => {
      const played = play([...life, { at: 1000, nodes: life.at(-1)?.nodes ?? [] }]);
      const names = [...(played.state.nodes?.keys() ?? [])];
      const all = names.flatMap((node) => [...render(played, node)]);
      const expected = names.length === 0 ? [] : [...render(played)];
      assert.deepEqual(all.sort(), expected.sort());
    }),
  );
});
