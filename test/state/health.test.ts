import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldVolumes } from '../../src/state/volumes.ts';
import {
  at,
  contextAt,
  controller,
  LONGEST_GAP,
  listOf,
  play,
  volume,
  volumeLife,
  volumeMetric,
} from '../support/facts.ts';

const CHANGES = 'longhorn_volume_robustness_changes_total';

/** One message per `state/robustness`, or `state/robustness/down` when no engine runs. */
const life = (...conditions: string[]) =>
  volumeLife(
    ...conditions.map((condition, i) => {
      const [state, robustness, down] = condition.split('/');
      const controllers = [controller('node-1', { running: down === undefined })];
      return [i * 10, { state, robustness, controllers }] as const;
    }),
  );

const HEALTHY = 'attached/healthy';
const DEGRADED = 'attached/degraded';
const NODE_DOWN = 'attached/unknown/down';
const WAITING = 'attached/unknown';
const DETACH = ['detaching/unknown', 'detached/unknown'];

describe('longhorn_volume_robustness_changes_total', () => {
  const table: [history: string, conditions: string[], changes: number][] = [
    ['degraded at first sight', [DEGRADED], 0],
    ['degraded in every message', [DEGRADED, DEGRADED, DEGRADED], 0],
    ['healthy, degraded', [HEALTHY, DEGRADED], 1],
    ['healthy, degraded, healthy', [HEALTHY, DEGRADED, HEALTHY], 2],
    ['degraded, faulted', [DEGRADED, 'attached/faulted'], 1],
    ['healthy, detached and faulted', [HEALTHY, 'detached/faulted'], 1],
    ['healthy, engine’s node down', [HEALTHY, NODE_DOWN], 1],
    ['healthy, engine’s node down, healthy', [HEALTHY, NODE_DOWN, HEALTHY], 2],
    ['healthy, engine’s node down while robustness is still healthy', [HEALTHY, 'attached/healthy/down'], 1],
    [
      'healthy, detached, attached, healthy after the first poll',
      [HEALTHY, ...DETACH, 'attaching/unknown', WAITING, HEALTHY],
      0,
    ],
    ['degraded, waiting for the first poll of a new engine, degraded', [DEGRADED, WAITING, DEGRADED], 0],
    ['healthy, detached', [HEALTHY, ...DETACH], 0],
    ['healthy, detached, attached, healthy', [HEALTHY, ...DETACH, 'attaching/unknown', HEALTHY], 0],
    ['healthy, detached, attached, degraded', [HEALTHY, ...DETACH, 'attaching/unknown', DEGRADED], 1],
    ['detached and faulted, salvaged, healthy', ['detached/faulted', 'attaching/unknown', HEALTHY], 1],
    ['creating, attaching, healthy', ['creating/', 'attaching/unknown', HEALTHY], 0],
    ['healthy, empty robustness, healthy', [HEALTHY, 'attached/', HEALTHY], 0],
    ['healthy, invalid robustness, healthy', [HEALTHY, 'attached/splendid', HEALTHY], 0],
    ['healthy, engine’s node down, detached', [HEALTHY, NODE_DOWN, ...DETACH], 1],
  ];
  for (const [history, conditions, changes] of table) {
    test(`${history}: ${changes}`, () => assert.equal(volumeMetric(life(...conditions))(CHANGES), changes));
  }

  test('healthy, robustness missing, healthy: 0', () => {
    const played = volumeLife([0, {}], [10, { robustness: undefined }], [20, {}]);
    assert.equal(volumeMetric(played)(CHANGES), 0);
  });

  test('healthy, detached, degraded: the event has the old and the new robustness', () => {
    const changes = life(HEALTHY, ...DETACH, DEGRADED).events.filter(
      ({ type }) => type === 'robustness_changed',
    );
    assert.deepEqual(changes, [
      { type: 'robustness_changed', from: 'healthy', to: 'degraded', volume: 'pvc-1' },
    ]);
  });
});

const DEGRADED_TIME = 'longhorn_volume_degraded_seconds_total';
const FAULTED_TIME = 'longhorn_volume_faulted_seconds_total';

describe('Degraded and faulted time', () => {
  test('degraded in one list, healthy in the next: the time between the two', () => {
    assert.equal(volumeMetric(life(HEALTHY, DEGRADED, HEALTHY))(DEGRADED_TIME), 10);
  });

  test('degraded, unchanged over three messages: the sum', () => {
    const facts = volume({ robustness: 'degraded' });
    const played = play([0, 10, 25].map((second) => ({ at: second, volumes: [facts] })));
    assert.equal(volumeMetric(played)(DEGRADED_TIME), 25);
  });

  test('degraded throughout, another field changes: the sum', () => {
    const played = volumeLife(
      [0, { robustness: 'degraded' }],
      [10, { robustness: 'degraded', namespace: 'other' }],
      [30, { robustness: 'degraded' }],
    );
    assert.equal(volumeMetric(played)(DEGRADED_TIME), 30);
  });

  test('degraded twice: the sum of both', () => {
    assert.equal(volumeMetric(life(DEGRADED, HEALTHY, DEGRADED, HEALTHY))(DEGRADED_TIME), 20);
  });

  test('degraded, then faulted: one counter for each', () => {
    const metric = volumeMetric(life(DEGRADED, 'attached/faulted', 'attached/faulted', HEALTHY));
    assert.deepEqual([metric(DEGRADED_TIME), metric(FAULTED_TIME)], [10, 20]);
  });

  test('faulted and detached: faulted time increases', () => {
    assert.equal(volumeMetric(life('detached/faulted', 'detached/faulted'))(FAULTED_TIME), 10);
  });

  test('healthy, unknown or detached: 0', () => {
    const metric = volumeMetric(life(HEALTHY, NODE_DOWN, ...DETACH, 'detached/unknown'));
    assert.deepEqual([metric(DEGRADED_TIME), metric(FAULTED_TIME)], [0, 0]);
  });

  test('no message for an hour: at most the longest gap is added', () => {
    const played = volumeLife([0, { robustness: 'degraded' }], [3600, { robustness: 'degraded' }]);
    assert.equal(volumeMetric(played)(DEGRADED_TIME), LONGEST_GAP / 1000);
  });

  test('degraded at first sight: 0', () => {
    assert.equal(volumeMetric(life(DEGRADED))(DEGRADED_TIME), 0);
  });

  test('wall clock set back an hour: the monotonic clock counts', () => {
    const { state } = play([{ at: 0, volumes: [volume({ robustness: 'degraded' })] }]);
    const now = { ...at(10), wall: at(10).wall - 3_600_000 };
    const folded = foldVolumes(state, listOf([volume({ robustness: 'degraded' })]), contextAt(now));
    assert.equal(volumeMetric({ ...folded, now })(DEGRADED_TIME), 10);
  });
});
