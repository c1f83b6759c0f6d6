/** The gauges of a volume that depend only on its latest facts. Other values are tested in test/state. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import { REPLICA_STATUSES } from '../../src/state/state.ts';
import {
  at,
  controller,
  play,
  replica,
  sampleOf,
  volume,
  volumeLife,
  volumeMetric,
} from '../support/facts.ts';

const gauge = (family: string, facts: Partial<VolumeFacts>, ...labels: string[]) =>
  volumeMetric(volumeLife([0, facts]))(`longhorn_volume_${family}`, ...labels);

describe('Robustness', () => {
  const ROBUSTNESS_VALUES = ['healthy', 'degraded', 'faulted', 'unknown'];
  const shown = (facts: Partial<VolumeFacts>) => ROBUSTNESS_VALUES.map((value) => gauge(value, facts));
  const table: [state: string, robustness: string, engine: 'runs' | 'is down', shown: string | undefined][] =
    [
      ['attached', 'healthy', 'runs', 'healthy'],
      ['attached', 'degraded', 'runs', 'degraded'],
      ['attached', 'faulted', 'runs', 'faulted'],
      ['detached', 'faulted', 'is down', 'faulted'],
      ['attached', 'unknown', 'is down', 'unknown'],
      ['attached', 'healthy', 'is down', 'unknown'],
      ['attached', 'degraded', 'is down', 'unknown'],
      ['attached', 'unknown', 'runs', undefined],
      ['detaching', 'unknown', 'is down', undefined],
      ['detached', 'unknown', 'is down', undefined],
      ['attaching', 'unknown', 'is down', undefined],
      ['deleting', 'unknown', 'is down', undefined],
      ['creating', '', 'is down', undefined],
      ['attached', 'splendid', 'runs', undefined],
    ];
  for (const [state, robustness, engine, expected] of table) {
    test(`state ${state}, robustness '${robustness}', engine ${engine}: ${expected ?? 'none'}`, () => {
      const controllers = [controller('node-1', { running: engine === 'runs' })];
      assert.deepEqual(
        shown({ state, robustness, controllers }),
        ROBUSTNESS_VALUES.map((value) => (value === expected ? 1 : 0)),
      );
    });
  }

  test('robustness missing: all absent', () => {
    assert.deepEqual(shown({ robustness: undefined }), [undefined, undefined, undefined, undefined]);
  });
});

describe('Gauges of a volume', () => {
  const table: [family: string, input: string, facts: Partial<VolumeFacts>, value: number | undefined][] = [
    ['attached', 'state attached', { state: 'attached' }, 1],
    ['attached', 'state detaching', { state: 'detaching' }, 0],
    ['attached', 'state detached', { state: 'detached' }, 0],
    ['attached', 'state attaching', { state: 'attaching' }, 0],
    ['attached', 'state empty', { state: '' }, 0],
    ['attached', 'state missing', { state: undefined }, undefined],
    ['scheduled', 'scheduled true', { scheduled: true }, 1],
    [
      'scheduled',
      'scheduled false, one replica without a disk',
      { scheduled: false, replicas: [replica('a'), replica('b', 'stopped', { hasDisk: false })] },
      0,
    ],
    [
      'scheduled',
      'scheduled false, one replica failed',
      { scheduled: false, replicas: [replica('a'), replica('b', 'failed')] },
      0,
    ],
    [
      'scheduled',
      'scheduled false, all replicas healthy',
      { scheduled: false, replicas: [replica('a'), replica('b')] },
      1,
    ],
    ['scheduled', 'scheduled false, no replicas', { scheduled: false, replicas: [] }, 0],
    ['scheduled', 'scheduled missing', { scheduled: undefined }, undefined],
    ['restoring', 'restoring true', { restoring: true }, 1],
    ['restoring', 'restoring false', { restoring: false }, 0],
    ['restoring', 'restoring missing', { restoring: undefined }, undefined],
    [
      'replicas',
      'three replicas in different states',
      { replicas: [replica('a'), replica('b', 'failed'), replica('c', 'stopped')] },
      3,
    ],
    ['replicas', 'no replicas', { replicas: [] }, 0],
    ['replicas', 'replicas missing', { replicas: undefined }, undefined],
    ['replicas_desired', 'three replicas desired', { replicasDesired: 3 }, 3],
    ['replicas_desired', 'number of desired replicas missing', { replicasDesired: undefined }, undefined],
  ];
  for (const [family, input, facts, value] of table) {
    test(`longhorn_volume_${family}, ${input}: ${value ?? 'absent'}`, () => {
      assert.equal(gauge(family, facts), value);
    });
  }
});

describe('longhorn_volume_replicas_status', () => {
  const shown = (replicas: VolumeFacts['replicas']) =>
    REPLICA_STATUSES.map((status) => gauge('replicas_status', { replicas }, status));

  test('no replicas: all five statuses at 0', () => {
    assert.deepEqual([...REPLICA_STATUSES].sort(), ['failed', 'healthy', 'rebuilding', 'stopped', 'waiting']);
    assert.deepEqual(shown([]), [0, 0, 0, 0, 0]);
  });

  test('four replicas: each counted in exactly one status', () => {
    const replicas = [replica('a'), replica('b'), replica('c', 'failed'), replica('d', 'rebuilding')];
    assert.deepEqual(shown(replicas), [2, 1, 1, 0, 0]);
  });

  test('replicas missing: absent', () => {
    assert.deepEqual(shown(undefined), [undefined, undefined, undefined, undefined, undefined]);
  });
});

describe('longhorn_volume_info', () => {
  const NAMES = ['pvc', 'workload', 'engine_node', 'access_mode', 'data_engine', 'standby', 'backup_target'];

  test('labels: names and order', () => {
    const info = VOLUME_TABLE.families.find(({ name }) => name === 'longhorn_volume_info');
    assert.deepEqual(info && 'labels' in info && info.labels, NAMES);
  });

  test('all labels known: 1', () => {
    assert.equal(gauge('info', {}, 'data-0', 'db', 'node-1', 'rwo', 'v1', 'false', 'default'), 1);
  });

  test('labels unknown: 1, with empty labels', () => {
    const nothing = {
      pvc: '',
      workload: '',
      controllers: [],
      accessMode: '',
      dataEngine: '',
      backupTarget: '',
    };
    assert.equal(gauge('info', { ...nothing, standby: true }, '', '', '', '', '', 'true', ''), 1);
  });
});

test('observed time: moves with steps of the wall clock', () => {
  const { state } = volumeLife([0, { robustness: 'degraded' }]);
  const seen = state.volumes.get('pvc-1');
  assert.ok(seen);
  const shown = (later: number, stepped: number) =>
    sampleOf(
      VOLUME_TABLE,
      { volume: seen, zones: new Map() },
      { monotonic: at(later).monotonic, wall: at(later).wall + stepped },
      'longhorn_volume_degraded_since_timestamp_seconds',
    );
  assert.equal(shown(50, 0), at(0).wall / 1000);
  assert.equal(shown(50, 7000), at(7).wall / 1000);
});

test('labels of a volume: its name and the namespace of its PVC', () => {
  const seen = play([{ at: 0, volumes: [volume({ namespace: '' })] }]).state.volumes.get('pvc-1');
  assert.ok(seen);
  assert.deepEqual(VOLUME_TABLE.labels, ['volume', 'namespace']);
  assert.deepEqual(VOLUME_TABLE.identify({ volume: seen, zones: new Map() }), ['pvc-1', '']);
});
