/** Properties that hold for any history of a cluster. */

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

/** Every series that one exporter serves; without `node`, every series. */
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
 * Gauges that depend on earlier lists: when something was first seen, what ended last, what status a replica had. Others
 * do so only in histories that `lives` can leave out: `longhorn_volume_info` shows the engine's previous node during a
 * migration, robustness is the previous one while an engine waits for its first poll, and backup gauges leave out
 * backups that were once Deleting.
 */
const WITH_MEMORY = [
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

const memorylessGauges = (played: Played, node?: string) =>
  [...render(played, node)].filter(
    ([series, value]) =>
      typeOf.get(familyOf(series)) === 'gauge' &&
      !WITH_MEMORY.includes(familyOf(series)) &&
      // A remembered failure keeps the series of a target that no longer has a backup of the volume.
      !(familyOf(series) === 'longhorn_volume_backups' && value === 0),
  );

describe('Gauges', () => {
  const plain = lives({ engines: 1, deleting: false, waiting: false });

  test('without memory: the same with the last lists alone', () => {
    fc.assert(
      fc.property(plain, fc.constantFrom(undefined, 'node-1'), (life, node) => {
        assert.deepEqual(memorylessGauges(play(life), node), memorylessGauges(play(life.slice(-1)), node));
      }),
      { numRuns: 300 },
    );
  });

  test('series have the order of the last list', () => {
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

  test('start times are never in the future', () => {
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

  test('same objects: the state stays equal', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const [once, more] = twice(life, (last) => last);
        assert.deepEqual(more.state, once.state);
      }),
      { numRuns: 300 },
    );
  });

  test('same objects: volumes that are not degraded or faulted stay the same reference', () => {
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

  test('equal copies: nothing that is served changes', () => {
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
  /** The namespace of a volume may change while its counters continue. */
  const withoutNamespace = (series: string) => series.replace(/namespace="[^"]*"/, '');

  test('counters never decrease while the volume is the same', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        let played = play([]);
        const created = new Map<string, number | undefined>();
        for (const step of life) {
          const before = new Map(
            counters(played).map(([series, value]) => [withoutNamespace(series), value]),
          );
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
            const last = before.get(withoutNamespace(series));
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

  test('volumes at first sight: all counters are 0', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const [first] = life;
        assert.ok(first);
        for (const [series, value] of counters(play([first]))) assert.equal(value, 0, series);
      }),
    );
  });

  test('longhorn_volume_replica_failures_total increases with every replica_failed event', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        let { state } = play(life.slice(0, 1));
        for (const step of life.slice(1)) {
          const next = play([step], state);
          for (const { name, created } of step.volumes ?? []) {
            const before = state.volumes.get(name);
            const after = next.state.volumes.get(name);
            if (!before || !after || before.facts.created !== created) continue;
            const failures = next.events.filter(
              (each) => each.volume === name && each.type === 'replica_failed',
            );
            assert.equal(after.replicas.failures - before.replicas.failures, failures.length);
          }
          state = next.state;
        }
      }),
    );
  });
});

/** Longhorn reports the volume healthy and attached, its engine runs and all its replicas are RW. */
const isFullyHealthy = ({
  robustness,
  state,
  controllers,
  replicas,
  replicasDesired,
}: VolumeFacts): boolean =>
  robustness === 'healthy' &&
  state === 'attached' &&
  controllers?.some(({ running }) => running) === true &&
  replicas !== undefined &&
  replicas.filter(({ mode, failed }) => mode === 'RW' && !failed).length >= (replicasDesired ?? 0);

test('fully healthy volume, any history: served as healthy, not as degraded since some time', () => {
  fc.assert(
    fc.property(lives(), (life) => {
      const played = play(life);
      for (const facts of life.at(-1)?.volumes ?? []) {
        if (!isFullyHealthy(facts)) continue;
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

test('volumes that never have a problem but attach, detach or disappear: all their failure counters stay 0', () => {
  const withoutProblems = lives().map((life) =>
    life.map((step) => ({ ...step, volumes: (step.volumes ?? []).map(withoutProblem) })),
  );
  fc.assert(
    fc.property(withoutProblems, (life) => {
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

/** The same volume without a problem: fully healthy, waiting for the first poll, attaching or detaching. */
function withoutProblem(facts: VolumeFacts): VolumeFacts {
  const controllers = [controller()];
  if (facts.state !== 'attached') return { ...facts, robustness: 'unknown', controllers: [], replicas: [] };
  const replicas = [replica('r1'), replica('r2')];
  // The engine has not been polled yet.
  if (facts.robustness === 'unknown')
    return { ...facts, controllers, replicas: replicas.map((each) => ({ ...each, mode: '' })) };
  return { ...facts, robustness: 'healthy', controllers, replicas };
}

test('message with invalid objects only: the last known values are served', () => {
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

test('all exporters together: each series is served exactly once', () => {
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
