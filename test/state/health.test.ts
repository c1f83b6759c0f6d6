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

/** `state/robustness`, one a message; `/down` after them while no engine runs. */
const live = (...conditions: string[]) =>
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

describe('Changes of robustness', () => {
  const table: [behaviour: string, conditions: string[], changes: number][] = [
    ['one sight is no change', [DEGRADED], 0],
    ['staying the same is no change', [DEGRADED, DEGRADED, DEGRADED], 0],
    ['healthy to degraded is one', [HEALTHY, DEGRADED], 1],
    ['degraded and back are two', [HEALTHY, DEGRADED, HEALTHY], 2],
    ['degraded to faulted is one', [DEGRADED, 'attached/faulted'], 1],
    ['healthy to faulted while it detaches is one', [HEALTHY, 'detached/faulted'], 1],
    ['an engine whose node goes down is one', [HEALTHY, NODE_DOWN], 1],
    ['an engine whose node goes down and returns is two', [HEALTHY, NODE_DOWN, HEALTHY], 2],
    ['a node that is down with a stale robustness is one', [HEALTHY, 'attached/healthy/down'], 1],
    ['an ordinary attach is none', [HEALTHY, ...DETACH, 'attaching/unknown', WAITING, HEALTHY], 0],
    ['the wait for the first poll of a new engine is none', [DEGRADED, WAITING, DEGRADED], 0],
    ['an ordinary detach is none', [HEALTHY, ...DETACH], 0],
    ['attaching again is none', [HEALTHY, ...DETACH, 'attaching/unknown', HEALTHY], 0],
    ['attaching again degraded is one', [HEALTHY, ...DETACH, 'attaching/unknown', DEGRADED], 1],
    ['a salvaged volume is one', ['detached/faulted', 'attaching/unknown', HEALTHY], 1],
    ['being created is none', ['creating/', 'attaching/unknown', HEALTHY], 0],
    ['an empty robustness in between is none', [HEALTHY, 'attached/', HEALTHY], 0],
    ['an unknown robustness value is none', [HEALTHY, 'attached/splendid', HEALTHY], 0],
    ['a node that stays down until the detach is counted once', [HEALTHY, NODE_DOWN, ...DETACH], 1],
  ];
  for (const [behaviour, conditions, changes] of table) {
    test(behaviour, () => assert.equal(volumeMetric(live(...conditions))(CHANGES), changes));
  }

  test('a message without robustness is no change', () => {
    const played = volumeLife([0, {}], [10, { robustness: undefined }], [20, {}]);
    assert.equal(volumeMetric(played)(CHANGES), 0);
  });

  test('the event of a change has both robustness values', () => {
    const changes = live(HEALTHY, ...DETACH, DEGRADED).events.filter(
      ({ type }) => type === 'robustness_changed',
    );
    assert.deepEqual(changes, [
      { type: 'robustness_changed', from: 'healthy', to: 'degraded', volume: 'pvc-1' },
    ]);
  });
});

const DEGRADED_TIME = 'longhorn_volume_degraded_seconds_total';
const FAULTED_TIME = 'longhorn_volume_faulted_seconds_total';

describe('Time in trouble', () => {
  test('runs from the list that shows it to the next list', () => {
    assert.equal(volumeMetric(live(HEALTHY, DEGRADED, HEALTHY))(DEGRADED_TIME), 10);
  });

  test('adds up over messages that show the volume unchanged', () => {
    const facts = volume({ robustness: 'degraded' });
    const played = play([0, 10, 25].map((second) => ({ at: second, volumes: [facts] })));
    assert.equal(volumeMetric(played)(DEGRADED_TIME), 25);
  });

  test('adds up over messages that show the volume changed but still in trouble', () => {
    const played = volumeLife(
      [0, { robustness: 'degraded' }],
      [10, { robustness: 'degraded', namespace: 'other' }],
      [30, { robustness: 'degraded' }],
    );
    assert.equal(volumeMetric(played)(DEGRADED_TIME), 30);
  });

  test('adds up over several spells', () => {
    assert.equal(volumeMetric(live(DEGRADED, HEALTHY, DEGRADED, HEALTHY))(DEGRADED_TIME), 20);
  });

  test('is kept apart for degraded and faulted', () => {
    const metric = volumeMetric(live(DEGRADED, 'attached/faulted', 'attached/faulted', HEALTHY));
    assert.deepEqual([metric(DEGRADED_TIME), metric(FAULTED_TIME)], [10, 20]);
  });

  test('runs for a volume that is faulted and detached', () => {
    assert.equal(volumeMetric(live('detached/faulted', 'detached/faulted'))(FAULTED_TIME), 10);
  });

  test('does not run while healthy, unknown or detached', () => {
    const metric = volumeMetric(live(HEALTHY, NODE_DOWN, ...DETACH, 'detached/unknown'));
    assert.deepEqual([metric(DEGRADED_TIME), metric(FAULTED_TIME)], [0, 0]);
  });

  test('adds at most the longest gap for a long silence', () => {
    const played = volumeLife([0, { robustness: 'degraded' }], [3600, { robustness: 'degraded' }]);
    assert.equal(volumeMetric(played)(DEGRADED_TIME), LONGEST_GAP / 1000);
  });

  test('is 0 at the first sight', () => {
    assert.equal(volumeMetric(live(DEGRADED))(DEGRADED_TIME), 0);
  });

  test('is measured on the monotonic clock, however the wall clock is set', () => {
    const { state } = play([{ at: 0, volumes: [volume({ robustness: 'degraded' })] }]);
    const now = { ...at(10), wall: at(10).wall - 3_600_000 };
    const folded = foldVolumes(state, listOf([volume({ robustness: 'degraded' })]), contextAt(now));
    assert.equal(volumeMetric({ ...folded, now })(DEGRADED_TIME), 10);
  });
});
