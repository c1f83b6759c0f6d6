/** Counters of replica failures and rebuilds, for every way in which these show in the API. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REBUILD_RESULTS } from '../../src/events.ts';
import { replica, replicaLife, volumeLife, volumeMetric } from '../support/facts.ts';

const FAILURES = 'longhorn_volume_replica_failures_total';
const REBUILDS = 'longhorn_volume_rebuilds_total';

describe('longhorn_volume_replica_failures_total', () => {
  const table: [history: string, story: string, failures: number][] = [
    ['failed at first sight', 'ERR+', 0],
    ['crashes', 'RW ERR+ -+', 1],
    ['fails without an error mode', 'RW -+', 1],
    ['fails, shown by the mode only', 'RW ERR', 1],
    ['fails, failedAt set late', 'RW ERR - -+', 1],
    ['stops, then fails', 'RW - -+', 1],
    ['fails while detached', 'RW detached:- detached:-+', 1],
    ['fails as the volume detaches', 'RW detached:-+', 1],
    ['fails, is rebuilt, fails again', 'RW ERR+ -+ - WO RW ERR+', 2],
    ['fails, its rebuild fails', 'RW ERR+ -+ - WO -+', 1],
    ['fails, three rebuilds fail', 'RW ERR+ -+ - WO -+ - WO -+ - WO -+', 1],
    ['fails, two rebuilds are in error', 'RW ERR+ - WO WO! WO WO!', 1],
    ['rebuild of a new replica fails', 'gone - WO -+ gone', 0],
    ['rebuild is interrupted by a detach', '- WO - detaching:- detached:-+', 0],
    ['detaches and attaches', 'RW detaching:- detached:- RW', 0],
    ['modes are empty for a moment', 'RW - RW - RW', 0],
    ['removed', 'RW gone', 0],
    ['failed at first sight, still failed', '-+ ERR+ -+', 0],
    ['failed at first sight, rebuilt, fails again', '-+ - WO RW ERR+', 1],
    ['failed at first sight, volume detaches', '-+ detached:-+ -+', 0],
  ];
  for (const [history, story, failures] of table) {
    test(`${history} (${story}): ${failures}`, () => {
      assert.equal(volumeMetric(replicaLife(story))(FAILURES), failures);
    });
  }

  test('two replicas fail at once: 2', () => {
    const down = [replica('r1', 'failed'), replica('r2', 'failed')];
    const played = volumeLife([0, {}], [10, { robustness: 'faulted', state: 'detached', replicas: down }]);
    assert.equal(volumeMetric(played)(FAILURES), 2);
  });

  test('replica fails while a message does not list the replicas: 1', () => {
    const down = [replica('r1', 'failed'), replica('r2')];
    const played = volumeLife([0, {}], [10, { replicas: undefined }], [20, { replicas: down }]);
    assert.equal(volumeMetric(played)(FAILURES), 1);
  });

  test('replica fails: the event has its name', () => {
    assert.deepEqual(replicaLife('RW ERR+').events, [
      { type: 'replica_failed', replica: 'r1', volume: 'pvc-1' },
    ]);
  });
});

describe('longhorn_volume_rebuilds_total', () => {
  const table: [history: string, story: string, succeeded: number, failed: number, interrupted: number][] = [
    ['running', '- WO WO', 0, 0, 0],
    ['new replica, succeeds', 'gone - WO RW', 1, 0, 0],
    ['failed replica, succeeds', 'RW ERR+ -+ - WO RW', 1, 0, 0],
    ['running at first sight, succeeds', 'WO RW', 1, 0, 0],
    ['fails', '- WO -+', 0, 1, 0],
    ['fails with an error mode', '- WO ERR', 0, 1, 0],
    ['in error', '- WO WO!', 0, 1, 0],
    ['in error, mode empty, failedAt set, replica gone', '- WO WO! - -+ gone', 0, 1, 0],
    ['in error, replica gone', '- WO WO! gone', 0, 1, 0],
    ['three attempts fail', '- WO -+ - WO -+ - WO -+', 0, 3, 0],
    ['in error, starts again, succeeds', '- WO WO! WO RW', 1, 1, 0],
    ['mode empty during the engine’s back-off, succeeds', '- WO - WO - RW', 1, 0, 0],
    ['mode empty, volume attached', '- WO - -', 0, 0, 0],
    ['mode empty, then fails', '- WO - - -+', 0, 1, 0],
    ['volume detaches', '- WO - detaching:- detached:-+', 0, 0, 1],
    ['volume detaches, failedAt set in the same message', '- WO detaching:-+', 0, 0, 1],
    ['volume detaches, mode stays WO at first', '- WO detaching:WO detached:-', 0, 0, 1],
    ['replica gone', '- WO gone', 0, 0, 1],
    ['mode empty, then replica gone', '- WO - gone', 0, 0, 1],
    ['volume detaches, replica gone in the same message', '- WO detached:gone', 0, 0, 1],
    ['volume detaches, starts again, succeeds', '- WO detached:- - WO RW', 1, 0, 1],
    ['no rebuild, mode empty for a moment', 'RW - RW', 0, 0, 0],
    ['in error at first sight', 'WO! WO!', 0, 0, 0],
  ];
  for (const [history, story, ...counts] of table) {
    const outcome = REBUILD_RESULTS.map((result, i) => `${counts[i]} ${result}`).join(', ');
    test(`${history} (${story}): ${outcome}`, () => {
      const metric = volumeMetric(replicaLife(story));
      assert.deepEqual(
        REBUILD_RESULTS.map((result) => metric(REBUILDS, result)),
        counts,
      );
    });
  }

  test('running while a message does not list the replicas: not counted', () => {
    const replicas = [replica('r1', 'rebuilding'), replica('r2')];
    const played = volumeLife([0, {}], [10, { replicas }], [20, { replicas: undefined }], [30, { replicas }]);
    const metric = volumeMetric(played);
    assert.deepEqual(
      REBUILD_RESULTS.map((result) => metric(REBUILDS, result)),
      [0, 0, 0],
    );
  });

  test('two rebuilds end at once: one succeeded, one interrupted', () => {
    const replicas = [replica('r1', 'rebuilding'), replica('r2'), replica('r3', 'rebuilding')];
    const played = volumeLife([0, { replicas }], [10, {}]);
    assert.equal(volumeMetric(played)(REBUILDS, 'succeeded'), 1);
    assert.equal(volumeMetric(played)(REBUILDS, 'interrupted'), 1);
  });

  test('succeeds: an event at its start and at its end', () => {
    assert.deepEqual(replicaLife('- WO RW').events, [
      { type: 'rebuild_started', replica: 'r1', volume: 'pvc-1' },
      { type: 'rebuild_ended', replica: 'r1', result: 'succeeded', seconds: 10, volume: 'pvc-1' },
    ]);
  });
});
