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

describe('An operation', () => {
  const table: [why: string, facts: Partial<VolumeFacts>, isInProgress: string[]][] = [
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
    ['a clone that was initiated', { clone: 'initiated' }, ['clone']],
    ['a clone that waits to be healthy', { clone: 'copy-completed-awaiting-healthy' }, ['clone']],
    ['a clone that is complete', { clone: 'completed' }, []],
    ['a clone that failed', { clone: 'failed' }, ['clone']],
    ['isPurging', { purge: work(true, 0.5) }, ['purge']],
  ];
  for (const [why, facts, isInProgress] of table) {
    test(`${why}: ${isInProgress.join() || 'none'}`, () => {
      const started = values(volumeMetric(volumeLife([7, facts])), 'started_timestamp_seconds');
      assert.deepEqual(started, Object.fromEntries(isInProgress.map((name) => [name, unix(7)])));
    });
  }
});

describe('The progress of an operation', () => {
  const table: [why: string, facts: Partial<VolumeFacts>, progress: Record<string, number>][] = [
    ['a restore', { restoring: true, restore: work(true, 0.04) }, { restore: 0.04 }],
    ['a restore of a standby volume', { restoring: true, standby: true, restore: work(true, 0.04) }, {}],
    ['a restore without a progress', { restoring: true, restore: work(true) }, {}],
    ['a purge', { purge: work(true, 0.3) }, { purge: 0.3 }],
    ['a purge that is over', { purge: work(false, 1) }, {}],
    ['a clone', { clone: 'initiated' }, {}],
  ];
  for (const [why, facts, progress] of table)
    test(`${why}: ${JSON.stringify(progress)}`, () =>
      assert.deepEqual(values(volumeMetric(volumeLife([0, facts])), 'progress_ratio'), progress));
});

describe('An operation has failed', () => {
  const failing = (error: string, size = 5_000) => ({
    controllers: [controller('node-1', { size, expansionError: error })],
  });
  const table: [why: string, facts: Partial<VolumeFacts>, failed: string[]][] = [
    ['no error', {}, []],
    ['a restore with an error', { restoring: true, restore: work(false, 0.1, 'EOF') }, ['restore']],
    ['an old error of a restore that is over', { restoring: false, restore: work(false, 1, 'EOF') }, []],
    ['a clone that failed', { clone: 'failed' }, ['clone']],
    ['an expansion with an error, still smaller', failing('disk full'), ['expand']],
    ['an expansion with an error, larger since', failing('disk full', 10_000), []],
    ['a purge with an error', { purge: work(false, undefined, 'replica busy') }, ['purge']],
  ];
  for (const [why, facts, failed] of table)
    test(`${why}: ${failed.join() || 'none'}`, () =>
      assert.deepEqual(Object.keys(values(volumeMetric(volumeLife([0, facts])), 'failed')), failed));
});

describe('The start of an attach', () => {
  type Life = readonly (readonly [at: number, facts: Partial<VolumeFacts>])[];
  const since = (...life: Life) =>
    values(volumeMetric(volumeLife(...life)), 'started_timestamp_seconds').attach;

  const DETACHING = { state: 'detaching', robustness: 'unknown', controllers: [] };
  const table: [why: string, life: Life, start: number | undefined][] = [
    [
      'one attempt',
      [
        [0, DETACHED],
        [10, ATTACHING],
        [60, ATTACHING],
      ],
      10,
    ],
    [
      'a loop: the first attempt',
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
      'again ten minutes after an attempt: the first',
      [
        [0, DETACHED],
        [10, ATTACHING],
        [20, DETACHED],
        [620, ATTACHING],
      ],
      10,
    ],
    [
      'again later than that: the second',
      [
        [0, DETACHED],
        [10, ATTACHING],
        [20, DETACHED],
        [621, ATTACHING],
      ],
      621,
    ],
    [
      'after an attach that succeeded: the second',
      [
        [0, ATTACHING],
        [10, {}],
        [20, DETACHED],
        [30, ATTACHING],
      ],
      30,
    ],
    [
      'attached without a running controller is no success',
      [
        [0, ATTACHING],
        [10, { controllers: [controller('node-1', { running: false })] }],
        [20, ATTACHING],
      ],
      0,
    ],
    [
      'an engine that ends before its first poll is no success',
      [
        [0, ATTACHING],
        [10, { robustness: 'unknown' }],
        [15, DETACHING],
        [20, ATTACHING],
      ],
      0,
    ],
    [
      'not while it does not go on',
      [
        [0, ATTACHING],
        [10, DETACHED],
      ],
      undefined,
    ],
  ];
  for (const [why, life, start] of table)
    test(why, () => assert.equal(since(...life), start === undefined ? undefined : unix(start)));
});

test('events: start, end and failure of the operations that the state does not show', () => {
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

describe('A share', () => {
  const RWX = { accessMode: 'rwx', shareState: 'running' };
  const table: [why: string, facts: Partial<VolumeFacts>, up: number | undefined][] = [
    ['running', RWX, 1],
    ['in error', { ...RWX, shareState: 'error' }, 0],
    ['without a state', { ...RWX, shareState: '' }, 0],
    ['of a detached volume', { ...RWX, ...DETACHED }, undefined],
    ['of a migratable volume', { ...RWX, migratable: true }, undefined],
    ['of an RWO volume', { ...RWX, accessMode: 'rwo' }, undefined],
  ];
  for (const [why, facts, up] of table)
    test(`${why}: ${up ?? 'absent'}`, () =>
      assert.equal(volumeMetric(volumeLife([0, facts]))('longhorn_volume_share_up'), up));
});
