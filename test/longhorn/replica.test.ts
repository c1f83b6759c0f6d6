import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../src/longhorn/read.ts';
import { readReplicas } from '../../src/longhorn/replica.ts';
import { readVolume } from '../../src/longhorn/volume.ts';
import type { ReplicaStatus } from '../../src/state/state.ts';
import { play } from '../support/facts.ts';

const FAILED_AT = '2026-11-22T05:50:00Z';
const read = (replica: JsonObject, ...rebuilds: JsonObject[]) =>
  readReplicas([{ name: 'r1', ...replica }], rebuilds)?.[0];

/** The status of r1 at the first sight of its volume, which is attached and has a healthy replica. */
function statusOf(replica: JsonObject, ...rebuilds: JsonObject[]): ReplicaStatus | undefined {
  const facts = readVolume(
    {
      state: 'attached',
      robustness: 'degraded',
      controllers: [{ hostId: 'node-1', running: true }],
      replicas: [
        { name: 'r1', ...replica },
        { name: 'r2', mode: 'RW', running: true },
      ],
      rebuildStatus: rebuilds,
    },
    'pvc-1',
  );
  const { state } = play([{ at: 0, volumes: [facts] }]);
  return state.volumes.get('pvc-1')?.replicas.byName?.get('r1')?.status;
}

describe('The status of a replica', () => {
  const error = { replica: 'r1', state: 'error' };
  const table: [behaviour: string, replica: JsonObject, status: ReplicaStatus, ...rebuilds: JsonObject[]][] =
    [
      ['is healthy in mode RW', { mode: 'RW', failedAt: '' }, 'healthy'],
      [
        'is stopped in mode RW when it does not run: its node is down',
        { mode: 'RW', running: false },
        'stopped',
      ],
      ['is rebuilding in mode WO', { mode: 'WO', failedAt: '' }, 'rebuilding'],
      ['is failed in mode ERR', { mode: 'ERR', failedAt: '' }, 'failed'],
      ['is failed with failedAt', { mode: '', failedAt: FAILED_AT }, 'failed'],
      ['is failed with failedAt even in mode RW', { mode: 'RW', failedAt: FAILED_AT }, 'failed'],
      ['is failed with failedAt even in mode WO', { mode: 'WO', failedAt: FAILED_AT }, 'failed'],
      ['is failed with a failedAt that is not a time', { mode: 'RW', failedAt: 'soon' }, 'failed'],
      ['is failed in mode WO when its rebuild is in error', { mode: 'WO' }, 'failed', error],
      ['is healthy in mode RW whatever the result of its rebuild', { mode: 'RW' }, 'healthy', error],
      [
        'is stopped without a mode though a rebuild in error is listed',
        { mode: '', running: false },
        'stopped',
        error,
      ],
      [
        'is rebuilding when another’s rebuild is in error',
        { mode: 'WO' },
        'rebuilding',
        { ...error, replica: 'r2' },
      ],
      [
        'is rebuilding when only an address is in error',
        { mode: 'WO' },
        'rebuilding',
        { ...error, replica: 'tcp://1' },
      ],
      [
        'is rebuilding when its rebuild is complete but the mode is not',
        { mode: 'WO' },
        'rebuilding',
        { replica: 'r1', state: 'complete' },
      ],
      [
        'is waiting when its rebuild is listed before the mode',
        { mode: '' },
        'waiting',
        { replica: 'r1', state: 'in_progress' },
      ],
      ['is waiting when it runs and never had a mode', { mode: '', running: true }, 'waiting'],
      ['is stopped without a mode when it does not run', { mode: '', running: false }, 'stopped'],
      ['is stopped in an unknown mode', { mode: 'XX' }, 'stopped'],
      ['is waiting when the mode is not a text', { mode: 7, failedAt: 7 }, 'waiting'],
    ];
  for (const [behaviour, replica, status, ...rebuilds] of table) {
    test(behaviour, () => assert.equal(statusOf(replica, ...rebuilds), status));
  }
});

describe('A replica', () => {
  test('has its failedAt', () =>
    assert.equal(read({ failedAt: FAILED_AT })?.failedAt, Date.parse(FAILED_AT)));

  test('has no failedAt that cannot be read', () =>
    assert.equal(read({ failedAt: 'soon' })?.failedAt, undefined));

  test('has the progress of its own rebuild', () => {
    const rebuilds = [
      { replica: 'r2', progress: 90 },
      { replica: 'r1', progress: 42 },
    ];
    assert.equal(read({ mode: 'WO' }, ...rebuilds)?.progress, 0.42);
  });

  test('has no progress without a rebuild', () => assert.equal(read({ mode: 'WO' })?.progress, undefined));

  test('has no progress once it is healthy', () => {
    assert.equal(
      read({ mode: 'RW' }, { replica: 'r1', progress: 100, state: 'complete' })?.progress,
      undefined,
    );
  });

  test('has no progress when it is not a number', () => {
    assert.equal(read({ mode: 'WO' }, { replica: 'r1', progress: '42' })?.progress, undefined);
  });

  for (const name of ['__proto__', 'constructor', '"\n\\', 'lone \ufffd']) {
    test(`may be called ${JSON.stringify(name)}`, () => {
      const replicas = readReplicas([{ name, mode: 'WO' }], [{ replica: name, progress: 50 }]);
      assert.deepEqual(replicas, [
        {
          name,
          node: '',
          hasDisk: false,
          mode: 'WO',
          running: true,
          failed: false,
          failedAt: undefined,
          progress: 0.5,
        },
      ]);
    });
  }

  test('is counted without a name', () => assert.equal(readReplicas([{ mode: 'RW' }, {}], [])?.length, 2));

  test('is not read where there is no list of them', () =>
    assert.equal(readReplicas(undefined, []), undefined));
});
