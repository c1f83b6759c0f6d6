/** Which operations are in progress, since when, how far they are, and which failed according to Longhorn. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { OPERATIONS } from '../../src/state/operations.ts';
import { controller, type Metric, unix, volumeLife, volumeMetric } from '../support/facts.ts';

const NAMES = OPERATIONS.map(({ name }) => name);
const values = (metric: Metric, family: string) =>
  Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = metric(`longhorn_volume_operation_${family}`, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

const work = (running: boolean, progress?: number, error = '') => ({ running, progress, error });
const ATTACHING = { state: 'attaching', robustness: 'unknown', controllers: [] };
const DETACHED = { state: 'detached', robustness: 'unknown', controllers: [] };
const SMALLER = [controller('node-1', { size: 5_000 })];

describe('Operations in progress', () => {
  const table: [title: string, facts: Partial<VolumeFacts>, inProgress: string[]][] = [
    ['attached and healthy', {}, []],
    ['detached', DETACHED, []],
    ['creating', { state: 'creating' }, ['create']],
    ['attaching', ATTACHING, ['attach']],
    ['detaching', { state: 'detaching' }, ['detach']],
    ['deleting', { state: 'deleting' }, ['delete']],
    ['two controllers', { controllers: [controller('node-1'), controller('node-2')] }, ['migrate']],
    ['isExpanding', { controllers: [controller('node-1', { expanding: true })] }, ['expand']],
    ['attached, its engine smaller than the volume', { controllers: SMALLER }, ['expand']],
    ['detached, its engine smaller than the volume', { ...DETACHED, controllers: SMALLER }, []],
    ['an engine whose size is unknown', { controllers: [controller('node-1', { size: undefined })] }, []],
    ['restoreRequired', { restoring: true }, ['restore']],
    ['restoreRequired of a standby volume', { restoring: true, standby: true }, []],
    ['an initiated clone', { clone: 'initiated' }, ['clone']],
    ['a copied clone that is not healthy yet', { clone: 'copy-completed-awaiting-healthy' }, ['clone']],
    ['a completed clone', { clone: 'completed' }, []],
    ['a failed clone', { clone: 'failed' }, ['clone']],
    ['isPurging', { purge: work(true, 0.5) }, ['purge']],
  ];
  for (const [title, facts, inProgress] of table) {
    test(`${title}: ${inProgress.join() || 'none'}`, () => {
      const started = values(volumeMetric(volumeLife([7, facts])), 'started_timestamp_seconds');
      assert.deepEqual(started, Object.fromEntries(inProgress.map((name) => [name, unix(7)])));
    });
  }
});

describe('longhorn_volume_operation_progress_ratio', () => {
  const table: [title: string, facts: Partial<VolumeFacts>, progress: Record<string, number>][] = [
    ['a restore', { restoring: true, restore: work(true, 0.04) }, { restore: 0.04 }],
    ['a restore of a standby volume', { restoring: true, standby: true, restore: work(true, 0.04) }, {}],
    ['a restore with unknown progress', { restoring: true, restore: work(true) }, {}],
    ['a purge', { purge: work(true, 0.3) }, { purge: 0.3 }],
    ['a finished purge', { purge: work(false, 1) }, {}],
    ['a clone', { clone: 'initiated' }, {}],
  ];
  for (const [title, facts, progress] of table)
    test(`${title}: ${JSON.stringify(progress)}`, () =>
      assert.deepEqual(values(volumeMetric(volumeLife([0, facts])), 'progress_ratio'), progress));
});

describe('longhorn_volume_operation_failed', () => {
  const failing = (error: string, size = 5_000) => ({
    controllers: [controller('node-1', { size, expansionError: error })],
  });
  const table: [title: string, facts: Partial<VolumeFacts>, failed: string[]][] = [
    ['no error', {}, []],
    ['a restore with an error', { restoring: true, restore: work(false, 0.1, 'EOF') }, ['restore']],
    ['a finished restore with an old error', { restoring: false, restore: work(false, 1, 'EOF') }, []],
    ['a failed clone', { clone: 'failed' }, ['clone']],
    ['an expansion with an error, engine still smaller', failing('disk full'), ['expand']],
    ['an expansion with an error, engine expanded since', failing('disk full', 10_000), []],
    ['a purge with an error', { purge: work(false, undefined, 'replica busy') }, ['purge']],
  ];
  for (const [title, facts, failed] of table)
    test(`${title}: ${failed.join() || 'none'}`, () =>
      assert.deepEqual(Object.keys(values(volumeMetric(volumeLife([0, facts])), 'failed')), failed));
});

describe('Start of an attach', () => {
  type Life = readonly (readonly [at: number, facts: Partial<VolumeFacts>])[];
  const since = (...life: Life) =>
    values(volumeMetric(volumeLife(...life)), 'started_timestamp_seconds').attach;

  const DETACHING = { state: 'detaching', robustness: 'unknown', controllers: [] };
  const table: [title: string, life: Life, start: number | undefined][] = [
    [
      'one attempt: its start',
      [
        [0, DETACHED],
        [10, ATTACHING],
        [60, ATTACHING],
      ],
      10,
    ],
    [
      'attach loop: the start of the first attempt',
      [
        [0, DETACHED],
        [10, ATTACHING],
        [200, DETACHING],
        [210, DETACHED],
        [300, ATTACHING],
      ],
      10,
    ],
    [
      'second attempt 10 minutes after the first ended: the start of the first',
      [
        [0, DETACHED],
        [10, ATTACHING],
        [20, DETACHED],
        [620, ATTACHING],
      ],
      10,
    ],
    [
      'second attempt more than 10 minutes after the first ended: its own start',
      [
        [0, DETACHED],
        [10, ATTACHING],
        [20, DETACHED],
        [621, ATTACHING],
      ],
      621,
    ],
    [
      'second attempt after a successful one: its own start',
      [
        [0, ATTACHING],
        [10, {}],
        [20, DETACHED],
        [30, ATTACHING],
      ],
      30,
    ],
    [
      'attached without a running controller, attaching again: the start of the first attempt',
      [
        [0, ATTACHING],
        [10, { controllers: [controller('node-1', { running: false })] }],
        [20, ATTACHING],
      ],
      0,
    ],
    [
      'engine stops before its first poll, attaching again: the start of the first attempt',
      [
        [0, ATTACHING],
        [10, { robustness: 'unknown' }],
        [15, DETACHING],
        [20, ATTACHING],
      ],
      0,
    ],
    [
      'attempt ended: absent',
      [
        [0, ATTACHING],
        [10, DETACHED],
      ],
      undefined,
    ],
  ];
  for (const [title, life, start] of table)
    test(title, () => assert.equal(since(...life), start === undefined ? undefined : unix(start)));
});

test('clone initiated, failed, completed: events for its start, failure and end', () => {
  const { events } = volumeLife(
    [0, {}],
    [10, { clone: 'initiated' }],
    [20, { clone: 'failed' }],
    [30, { clone: 'completed' }],
  );
  assert.deepEqual(events, [
    { type: 'operation_started', operation: 'clone', volume: 'pvc-1' },
    { type: 'operation_failed', operation: 'clone', error: 'the clone failed', volume: 'pvc-1' },
    { type: 'operation_ended', operation: 'clone', volume: 'pvc-1' },
  ]);
});

describe('longhorn_volume_share_up', () => {
  const RWX = { accessMode: 'rwx', shareState: 'running' };
  const table: [title: string, facts: Partial<VolumeFacts>, up: number | undefined][] = [
    ['running share', RWX, 1],
    ['share in error', { ...RWX, shareState: 'error' }, 0],
    ['share without a state', { ...RWX, shareState: '' }, 0],
    ['detached volume', { ...RWX, ...DETACHED }, undefined],
    ['migratable volume', { ...RWX, migratable: true }, undefined],
    ['RWO volume', { ...RWX, accessMode: 'rwo' }, undefined],
  ];
  for (const [title, facts, up] of table)
    test(`${title}: ${up ?? 'absent'}`, () =>
      assert.equal(volumeMetric(volumeLife([0, facts]))('longhorn_volume_share_up'), up));
});
