/** The counters of replicas for every way in which a client sees them fail and be rebuilt. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REBUILD_RESULTS } from '../../src/events.ts';
import { replica, replicaLife, volumeLife, volumeMetric } from '../support/facts.ts';

const FAILURES = 'longhorn_volume_replica_failures_total';
const REBUILDS = 'longhorn_volume_rebuilds_total';

describe('Failures of a replica', () => {
  const table: [behaviour: string, story: string, failures: number][] = [
    ['none at the first sight', 'ERR+', 0],
    ['one when it crashes', 'RW ERR+ -+', 1],
    ['one when it fails without an error mode', 'RW -+', 1],
    ['one when only the mode says so', 'RW ERR', 1],
    ['one when failedAt comes late', 'RW ERR - -+', 1],
    ['one when it stops first', 'RW - -+', 1],
    ['one while detached', 'RW detached:- detached:-+', 1],
    ['one for a volume that detaches with it', 'RW detached:-+', 1],
    ['two when it was rebuilt in between', 'RW ERR+ -+ - WO RW ERR+', 2],
    ['not one more when the rebuild fails', 'RW ERR+ -+ - WO -+', 1],
    ['not one more for each attempt at a rebuild', 'RW ERR+ -+ - WO -+ - WO -+ - WO -+', 1],
    ['not one more when the rebuild is in error', 'RW ERR+ - WO WO! WO WO!', 1],
    ['none when a new replica’s rebuild fails', 'gone - WO -+ gone', 0],
    ['none when a rebuild is cut off by a detach', '- WO - detaching:- detached:-+', 0],
    ['none in an ordinary detach', 'RW detaching:- detached:- RW', 0],
    ['none when all modes are empty for a moment', 'RW - RW - RW', 0],
    ['none when it is removed', 'RW gone', 0],
    ['none when it is first seen failed, then again', '-+ ERR+ -+', 0],
    ['one after a first sight as failed, once it was healthy', '-+ - WO RW ERR+', 1],
    ['none for a failed replica that lingers while the volume detaches', '-+ detached:-+ -+', 0],
  ];
  for (const [behaviour, story, failures] of table) {
    test(`${behaviour}: ${story}`, () => {
      assert.equal(volumeMetric(replicaLife(story))(FAILURES), failures);
    });
  }

  test('are counted for each replica', () => {
    const down = [replica('r1', 'failed'), replica('r2', 'failed')];
    const played = volumeLife([0, {}], [10, { robustness: 'faulted', state: 'detached', replicas: down }]);
    assert.equal(volumeMetric(played)(FAILURES), 2);
  });

  test('are still known after a message that could not say which replicas there are', () => {
    const down = [replica('r1', 'failed'), replica('r2')];
    const played = volumeLife([0, {}], [10, { replicas: undefined }], [20, { replicas: down }]);
    assert.equal(volumeMetric(played)(FAILURES), 1);
  });

  test('are told with the replica’s name', () => {
    const told = replicaLife('RW ERR+').events;
    assert.deepEqual(told, [{ type: 'replica_failed', replica: 'r1', volume: 'pvc-1' }]);
  });
});

describe('Rebuilds seen ending', () => {
  const table: [behaviour: string, story: string, succeeded: number, failed: number, interrupted: number][] =
    [
      ['none while it runs', '- WO WO', 0, 0, 0],
      ['a success with a new replica', 'gone - WO RW', 1, 0, 0],
      ['a success with the old replica', 'RW ERR+ -+ - WO RW', 1, 0, 0],
      ['a success of one that ran at the first sight', 'WO RW', 1, 0, 0],
      ['a failure', '- WO -+', 0, 1, 0],
      ['a failure by error mode', '- WO ERR', 0, 1, 0],
      ['a failure when it is in error', '- WO WO!', 0, 1, 0],
      ['one failure though error, empty mode and failedAt follow each other', '- WO WO! - -+ gone', 0, 1, 0],
      ['a failure of one that is in error and then its replica is removed', '- WO WO! gone', 0, 1, 0],
      ['each failed attempt', '- WO -+ - WO -+ - WO -+', 0, 3, 0],
      ['a failure and a success when it starts again after an error', '- WO WO! WO RW', 1, 1, 0],
      ['a success though the engine was in back-off', '- WO - WO - RW', 1, 0, 0],
      ['nothing while the mode is empty and the volume attached', '- WO - -', 0, 0, 0],
      ['a failure that shows after the mode was empty', '- WO - - -+', 0, 1, 0],
      ['an interruption when the volume detaches', '- WO - detaching:- detached:-+', 0, 0, 1],
      ['an interruption when detach and failedAt come at once', '- WO detaching:-+', 0, 0, 1],
      ['an interruption when the mode stays while it detaches', '- WO detaching:WO detached:-', 0, 0, 1],
      ['an interruption when the replica is gone', '- WO gone', 0, 0, 1],
      ['an interruption when the replica is gone after its mode was empty', '- WO - gone', 0, 0, 1],
      ['an interruption when volume and replica go at once', '- WO detached:gone', 0, 0, 1],
      ['another rebuild after an interruption', '- WO detached:- - WO RW', 1, 0, 1],
      ['nothing for a replica that was always healthy', 'RW - RW', 0, 0, 0],
      ['nothing for a replica in error at the first sight', 'WO! WO!', 0, 0, 0],
    ];
  for (const [behaviour, story, ...counts] of table) {
    test(`${behaviour}: ${story}`, () => {
      const metric = volumeMetric(replicaLife(story));
      assert.deepEqual(
        REBUILD_RESULTS.map((result) => metric(REBUILDS, result)),
        counts,
      );
    });
  }

  test('are not counted while a message does not list the replicas', () => {
    const replicas = [replica('r1', 'rebuilding'), replica('r2')];
    const played = volumeLife([0, {}], [10, { replicas }], [20, { replicas: undefined }], [30, { replicas }]);
    const metric = volumeMetric(played);
    assert.deepEqual(
      REBUILD_RESULTS.map((result) => metric(REBUILDS, result)),
      [0, 0, 0],
    );
  });

  test('are counted for each replica', () => {
    const replicas = [replica('r1', 'rebuilding'), replica('r2'), replica('r3', 'rebuilding')];
    const played = volumeLife([0, { replicas }], [10, {}]);
    assert.equal(volumeMetric(played)(REBUILDS, 'succeeded'), 1);
    assert.equal(volumeMetric(played)(REBUILDS, 'interrupted'), 1);
  });

  test('have an event at their start and end', () => {
    assert.deepEqual(replicaLife('- WO RW').events, [
      { type: 'rebuild_started', replica: 'r1', volume: 'pvc-1' },
      { type: 'rebuild_ended', replica: 'r1', result: 'succeeded', seconds: 10, volume: 'pvc-1' },
    ]);
  });
});
