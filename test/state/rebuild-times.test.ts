/** When rebuilds began, how far they are and how long they took. */

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

describe('The start of a rebuild', () => {
  const table: [behaviour: string, story: string, start: number | undefined][] = [
    ['is not there without one', 'RW', undefined],
    ['is when it was first seen', '- - WO WO', 20],
    ['is the first sight of the volume when it ran then', 'WO WO', 0],
    ['is gone when it succeeded', '- WO RW', undefined],
    ['is gone when it failed', '- WO -+', undefined],
    ['is gone when it is in error', '- WO WO!', undefined],
    ['is gone while the mode is empty', '- WO -', undefined],
    ['is the same after the mode was empty', '- WO - WO', 10],
    ['is another after an error', '- WO WO! WO', 30],
    ['is another after a failure', '- WO -+ - WO', 40],
    ['is another after a detach', '- WO detached:- - WO', 40],
  ];
  for (const [behaviour, story, start] of table) {
    test(`${behaviour}: ${story}`, () => {
      const expected = start === undefined ? undefined : unix(start);
      assert.equal(volumeMetric(replicaLife(story))(STARTED), expected);
    });
  }

  test('is that of the oldest running one', () => {
    const both = withReplicas(rebuilding('r1'), rebuilding('r2'));
    const played = volumeLife([0, {}], [10, withReplicas(replica('r1'), rebuilding('r2'))], [20, both]);
    assert.equal(volumeMetric(played)(STARTED), unix(10));
  });

  test('is that of the other one when the oldest has ended', () => {
    const steps = [
      [0, withReplicas(replica('r1'), rebuilding('r2'))],
      [20, withReplicas(rebuilding('r1'), rebuilding('r2'))],
      [30, withReplicas(rebuilding('r1'), replica('r2'))],
    ] as const;
    assert.equal(volumeMetric(volumeLife(...steps))(STARTED), unix(20));
  });
});

describe('The progress of a rebuild', () => {
  const table: [behaviour: string, replicas: ReturnType<typeof replica>[], progress: number | undefined][] = [
    ['is not there without one', [replica('r1')], undefined],
    ['is that of the only one', [replica('r1'), rebuilding('r2', 0.3)], 0.3],
    ['is that of one of two that began at once', [rebuilding('r1', 0.6), rebuilding('r2', 0.3)], 0.6],
    ['can be 0', [rebuilding('r1', 0), rebuilding('r2', 0.3)], 0],
    ['is not there when the engine reports none', [rebuilding('r1')], undefined],
    ['is not another one’s', [rebuilding('r1'), rebuilding('r2', 0.3)], undefined],
  ];
  for (const [behaviour, replicas, progress] of table) {
    test(behaviour, () => assert.equal(volumeMetric(volumeLife([0, { replicas }]))(PROGRESS), progress));
  }

  test('is that of the oldest, whichever is slower', () => {
    const played = volumeLife(
      [0, withReplicas(rebuilding('r2', 0.5))],
      [10, withReplicas(rebuilding('r1', 0.1), rebuilding('r2', 0.6))],
    );
    assert.equal(volumeMetric(played)(PROGRESS), 0.6);
  });

  test('can decrease', () => {
    const played = volumeLife(
      [0, withReplicas(rebuilding('r1', 0.9))],
      [10, withReplicas(rebuilding('r1', 0.1))],
    );
    assert.equal(volumeMetric(played)(PROGRESS), 0.1);
  });
});

describe('The duration of the last rebuild', () => {
  const table: [behaviour: string, story: string, duration: number | undefined][] = [
    ['is not there before there was one', 'RW', undefined],
    ['is from first sight to success', '- WO WO WO RW', 30],
    ['includes the time when the mode was empty', '- WO - - WO RW', 40],
    ['stays afterwards', '- WO RW RW RW', 10],
    ['stays when a later one fails', '- WO RW ERR+ - WO WO -+', 10],
    ['is that of the later success', '- WO RW ERR+ - WO WO RW', 20],
    ['starts again after an error', '- WO WO WO! WO RW', 10],
    ['is not known of one that failed', '- WO -+', undefined],
    ['is not known of one that was interrupted', '- WO gone', undefined],
    ['is not known of one that ran in the first list of all', 'WO RW', undefined],
    ['is known of the next one after that', 'WO RW ERR+ - WO WO RW', 20],
  ];
  for (const [behaviour, story, duration] of table) {
    test(`${behaviour}: ${story}`, () => assert.equal(volumeMetric(replicaLife(story))(LAST), duration));
  }

  const durationsOf = ({ events }: Played) =>
    events.flatMap((each) => (each.type === 'rebuild_ended' ? [each.seconds] : []));

  test('is not known of one that ran at the first sight of a volume that came later', () => {
    const half = { replicas: [rebuilding('r1', 0.5), replica('r2')] };
    const played = play([
      { at: 0, volumes: [] },
      { at: 10, volumes: [volume(half)] },
      { at: 20, volumes: [volume()] },
    ]);
    assert.deepEqual([volumeMetric(played)(LAST), durationsOf(played)], [undefined, [undefined]]);
  });

  test('is not known of one that ran at the first sight of a volume of the same name', () => {
    const half = { created: wall(-5), replicas: [rebuilding('r1', 0.5), replica('r2')] };
    const played = volumeLife([0, {}], [10, half], [20, { created: wall(-5) }]);
    assert.equal(volumeMetric(played)(LAST), undefined);
  });

  test('ends with the volume', () => {
    const played = volumeLife(
      [0, {}],
      [10, withReplicas(rebuilding('r1'))],
      [20, {}],
      [30, { created: wall(5) }],
    );
    assert.equal(volumeMetric(played)(LAST), undefined);
  });
});
