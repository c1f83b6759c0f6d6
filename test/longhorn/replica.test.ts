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

/** The status of r1 in the first list, for an attached volume with another, healthy replica. */
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

describe('status of a replica', () => {
  const error = { replica: 'r1', state: 'error' };
  const table: [behaviour: string, replica: JsonObject, status: ReplicaStatus, ...rebuilds: JsonObject[]][] =
    [
      ['mode RW: healthy', { mode: 'RW', failedAt: '' }, 'healthy'],
      ['mode RW, not running because its node is down: stopped', { mode: 'RW', running: false }, 'stopped'],
      ['mode WO: rebuilding', { mode: 'WO', failedAt: '' }, 'rebuilding'],
      ['mode ERR: failed', { mode: 'ERR', failedAt: '' }, 'failed'],
      ['failedAt, no mode: failed', { mode: '', failedAt: FAILED_AT }, 'failed'],
      ['failedAt, mode RW: failed', { mode: 'RW', failedAt: FAILED_AT }, 'failed'],
      ['failedAt, mode WO: failed', { mode: 'WO', failedAt: FAILED_AT }, 'failed'],
      ['failedAt that is not a time: failed', { mode: 'RW', failedAt: 'soon' }, 'failed'],
      ['mode WO, rebuild in error: failed', { mode: 'WO' }, 'failed', error],
      ['mode RW, rebuild in error: healthy', { mode: 'RW' }, 'healthy', error],
      ['no mode, not running, rebuild in error: stopped', { mode: '', running: false }, 'stopped', error],
      [
        'mode WO, rebuild of another replica in error: rebuilding',
        { mode: 'WO' },
        'rebuilding',
        { ...error, replica: 'r2' },
      ],
      [
        'mode WO, rebuild in error listed by address: rebuilding',
        { mode: 'WO' },
        'rebuilding',
        { ...error, replica: 'tcp://1' },
      ],
      [
        'mode still WO, rebuild complete: rebuilding',
        { mode: 'WO' },
        'rebuilding',
        { replica: 'r1', state: 'complete' },
      ],
      [
        'no mode yet, rebuild in progress: waiting',
        { mode: '' },
        'waiting',
        { replica: 'r1', state: 'in_progress' },
      ],
      ['no mode, running: waiting', { mode: '', running: true }, 'waiting'],
      ['no mode, not running: stopped', { mode: '', running: false }, 'stopped'],
      ['unknown mode: stopped', { mode: 'XX' }, 'stopped'],
      ['mode that is not a string: waiting', { mode: 7, failedAt: 7 }, 'waiting'],
    ];
  for (const [behaviour, replica, status, ...rebuilds] of table) {
    test(behaviour, () => assert.equal(statusOf(replica, ...rebuilds), status));
  }
});

describe('readReplicas', () => {
  test('failedAt: kept', () => assert.equal(read({ failedAt: FAILED_AT })?.failedAt, Date.parse(FAILED_AT)));

  test('invalid failedAt: unknown', () => assert.equal(read({ failedAt: 'soon' })?.failedAt, undefined));

  test('rebuilds of several replicas: progress of its own', () => {
    const rebuilds = [
      { replica: 'r2', progress: 90 },
      { replica: 'r1', progress: 42 },
    ];
    assert.equal(read({ mode: 'WO' }, ...rebuilds)?.progress, 0.42);
  });

  test('no rebuild: no progress', () => assert.equal(read({ mode: 'WO' })?.progress, undefined));

  test('mode RW: no progress', () => {
    assert.equal(
      read({ mode: 'RW' }, { replica: 'r1', progress: 100, state: 'complete' })?.progress,
      undefined,
    );
  });

  test('progress that is not a number: unknown', () => {
    assert.equal(read({ mode: 'WO' }, { replica: 'r1', progress: '42' })?.progress, undefined);
  });

  for (const name of ['__proto__', 'constructor', '"\n\\', 'lone \ufffd']) {
    test(`name ${JSON.stringify(name)}: accepted`, () => {
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

  test('replicas without a name: kept', () =>
    assert.equal(readReplicas([{ mode: 'RW' }, {}], [])?.length, 2));

  test('no list of replicas: undefined', () => assert.equal(readReplicas(undefined, []), undefined));
});
