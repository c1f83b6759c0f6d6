/** Start, progress and duration of rebuilds. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Played,
  play,
  replica,
  replicaLife,
  unix,
  volume,
  volumeLife,
  volumeMetric,
  wall,
} from '../support/facts.ts';

const STARTED = 'longhorn_volume_rebuild_started_timestamp_seconds';
const PROGRESS = 'longhorn_volume_rebuild_progress_ratio';
const LAST = 'longhorn_volume_rebuild_last_duration_seconds';

const rebuilding = (name: string, progress?: number) => replica(name, 'rebuilding', { progress });
const withReplicas = (...replicas: ReturnType<typeof replica>[]) => ({ replicas });

describe('longhorn_volume_rebuild_started_timestamp_seconds', () => {
  const table: [history: string, story: string, start: number | undefined][] = [
    ['no rebuild', 'RW', undefined],
    ['first seen running after the first list', '- - WO WO', 20],
    ['running at first sight of the volume', 'WO WO', 0],
    ['succeeded', '- WO RW', undefined],
    ['failed', '- WO -+', undefined],
    ['in error', '- WO WO!', undefined],
    ['mode empty', '- WO -', undefined],
    ['same rebuild after the mode was empty', '- WO - WO', 10],
    ['started again after an error', '- WO WO! WO', 30],
    ['started again after a failure', '- WO -+ - WO', 40],
    ['started again after a detach', '- WO detached:- - WO', 40],
  ];
  for (const [history, story, start] of table) {
    test(`${history} (${story}): ${start === undefined ? 'absent' : `second ${start}`}`, () => {
      const expected = start === undefined ? undefined : unix(start);
      assert.equal(volumeMetric(replicaLife(story))(STARTED), expected);
    });
  }

  test('two rebuilds: the start of the oldest', () => {
    const rebuildingBoth = withReplicas(rebuilding('r1'), rebuilding('r2'));
    const played = volumeLife(
      [0, {}],
      [10, withReplicas(replica('r1'), rebuilding('r2'))],
      [20, rebuildingBoth],
    );
    assert.equal(volumeMetric(played)(STARTED), unix(10));
  });

  test('two rebuilds, the oldest has ended: the start of the other', () => {
    const steps = [
      [0, withReplicas(replica('r1'), rebuilding('r2'))],
      [20, withReplicas(rebuilding('r1'), rebuilding('r2'))],
      [30, withReplicas(rebuilding('r1'), replica('r2'))],
    ] as const;
    assert.equal(volumeMetric(volumeLife(...steps))(STARTED), unix(20));
  });
});

describe('longhorn_volume_rebuild_progress_ratio', () => {
  const table: [title: string, replicas: ReturnType<typeof replica>[], progress: number | undefined][] = [
    ['no rebuild: absent', [replica('r1')], undefined],
    ['one rebuild: its progress', [replica('r1'), rebuilding('r2', 0.3)], 0.3],
    [
      'two rebuilds started at the same time: the progress of the first',
      [rebuilding('r1', 0.6), rebuilding('r2', 0.3)],
      0.6,
    ],
    ['progress 0: 0, not absent', [rebuilding('r1', 0), rebuilding('r2', 0.3)], 0],
    ['engine reports no progress: absent', [rebuilding('r1')], undefined],
    [
      'two rebuilds, no progress of the first: absent, not that of the other',
      [rebuilding('r1'), rebuilding('r2', 0.3)],
      undefined,
    ],
  ];
  for (const [title, replicas, progress] of table) {
    test(title, () => assert.equal(volumeMetric(volumeLife([0, { replicas }]))(PROGRESS), progress));
  }

  test('two rebuilds: the progress of the oldest, not of the slowest', () => {
    const played = volumeLife(
      [0, withReplicas(rebuilding('r2', 0.5))],
      [10, withReplicas(rebuilding('r1', 0.1), rebuilding('r2', 0.6))],
    );
    assert.equal(volumeMetric(played)(PROGRESS), 0.6);
  });

  test('progress falls: the lower value', () => {
    const played = volumeLife(
      [0, withReplicas(rebuilding('r1', 0.9))],
      [10, withReplicas(rebuilding('r1', 0.1))],
    );
    assert.equal(volumeMetric(played)(PROGRESS), 0.1);
  });
});

describe('longhorn_volume_rebuild_last_duration_seconds', () => {
  const table: [history: string, story: string, duration: number | undefined][] = [
    ['no rebuild', 'RW', undefined],
    ['succeeded', '- WO WO WO RW', 30],
    ['mode empty for a while, succeeded', '- WO - - WO RW', 40],
    ['succeeded, healthy since', '- WO RW RW RW', 10],
    ['succeeded, a later one failed', '- WO RW ERR+ - WO WO -+', 10],
    ['succeeded, a later one succeeded', '- WO RW ERR+ - WO WO RW', 20],
    ['started again after an error, succeeded', '- WO WO WO! WO RW', 10],
    ['failed', '- WO -+', undefined],
    ['interrupted', '- WO gone', undefined],
    ['running in the first list, succeeded', 'WO RW', undefined],
    ['running in the first list, succeeded, a later one succeeded', 'WO RW ERR+ - WO WO RW', 20],
  ];
  for (const [history, story, duration] of table) {
    test(`${history} (${story}): ${duration === undefined ? 'absent' : `${duration} s`}`, () =>
      assert.equal(volumeMetric(replicaLife(story))(LAST), duration));
  }

  const durationsOf = ({ events }: Played) =>
    events.flatMap((each) => (each.type === 'rebuild_ended' ? [each.seconds] : []));

  test('running at first sight of a volume added later: absent, also in the event', () => {
    const rebuildingFacts = { replicas: [rebuilding('r1', 0.5), replica('r2')] };
    const played = play([
      { at: 0, volumes: [] },
      { at: 10, volumes: [volume(rebuildingFacts)] },
      { at: 20, volumes: [volume()] },
    ]);
    assert.deepEqual([volumeMetric(played)(LAST), durationsOf(played)], [undefined, [undefined]]);
  });

  test('running at first sight of a new volume of the same name: absent', () => {
    const rebuildingFacts = { created: wall(-5), replicas: [rebuilding('r1', 0.5), replica('r2')] };
    const played = volumeLife([0, {}], [10, rebuildingFacts], [20, { created: wall(-5) }]);
    assert.equal(volumeMetric(played)(LAST), undefined);
  });

  test('new volume of the same name: absent', () => {
    const played = volumeLife(
      [0, {}],
      [10, withReplicas(rebuilding('r1'))],
      [20, {}],
      [30, { created: wall(5) }],
    );
    assert.equal(volumeMetric(played)(LAST), undefined);
  });
});
