/** What holds whatever a cluster does. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { BACKUP_TARGET_TABLE } from '../../src/metrics/backup-target.ts';
import type { Table } from '../../src/metrics/family.ts';
import { renderTable } from '../../src/metrics/render.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import { EVERYTHING, type Played, play, type Step, servedOf } from '../support/facts.ts';
import { samples } from '../support/series.ts';
import { lives } from './arbitraries.ts';

/** All that one exporter serves. */
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
 * The gauges that tell when something was first seen, or what was last seen to end. Two more remember something,
 * but only in lives that `lives` can leave out: `longhorn_volume_info` the engine's node before a migration, and
 * all gauges of backups which of these were seen being deleted.
 */
const REMEMBERING = [
  'longhorn_volume_degraded_since_timestamp_seconds',
  'longhorn_volume_rebuild_started_timestamp_seconds',
  'longhorn_volume_rebuild_last_duration_seconds',
  'longhorn_backup_started_timestamp_seconds',
];

const typeOf = new Map(
  ([VOLUME_TABLE, BACKUP_TABLE, BACKUP_TARGET_TABLE] as Table<never>[])
    .flatMap(({ families }) => families)
    .map(({ name, type }) => [name, type]),
);

const forgetful = (played: Played, node?: string) =>
  [...render(played, node)].filter(
    ([series]) => typeOf.get(familyOf(series)) === 'gauge' && !REMEMBERING.includes(familyOf(series)),
  );

describe('Gauges', () => {
  const plain = lives({ engines: 1, deleting: false });

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

  test('that remember show a start that is not to come', () => {
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

  test('changes nothing that is served when they were read anew', () => {
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
  /** Of a series, apart from its namespace: that may change and takes the value along. */
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

  test('of failed replicas count each failure that is told', () => {
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

test('A damaged message serves what was last known', () => {
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

test('What is served by all nodes is served once, and is all that there is', () => {
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
