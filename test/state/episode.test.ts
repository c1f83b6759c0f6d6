/** When a volume became unhealthy: `longhorn_volume_degraded_since_timestamp_seconds`. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { controller, play, replica, unix, volume, volumeLife, volumeMetric, wall } from '../support/facts.ts';

type Life = readonly (readonly [at: number, facts: Partial<VolumeFacts>])[];

const on = (second: number, facts: Partial<VolumeFacts> = {}) => [second, facts] as const;

const since = (...life: Life) =>
  volumeMetric(volumeLife(...life))('longhorn_volume_degraded_since_timestamp_seconds');

const DEGRADED = { robustness: 'degraded' };
const FAULTED = { robustness: 'faulted' };
const NODE_DOWN = { controllers: [controller('node-1', { running: false })] };
const WAITING = { robustness: 'unknown' };
const DETACHING = { state: 'detaching', robustness: 'unknown' };
const DETACHED = { state: 'detached', robustness: 'unknown' };
const DETACHED_FAULTED = { state: 'detached', robustness: 'faulted' };

const failedAt = (...seconds: number[]) =>
  seconds.map((second, i) => replica(`failed-${i}`, 'failed', { failedAt: wall(second) }));

describe('Unhealthy episode', () => {
  const table: [history: string, life: Life, start: number | undefined][] = [
    ['healthy', [on(0)], undefined],
    ['healthy, degraded', [on(0), on(10, DEGRADED)], 10],
    ['healthy, faulted', [on(0), on(10, FAULTED)], 10],
    ['healthy, engine’s node down', [on(0), on(10, NODE_DOWN)], 10],
    ['healthy, detached and faulted', [on(0), on(10, DETACHED_FAULTED)], 10],
    ['degraded at first sight', [on(5, DEGRADED)], 5],
    ['healthy, waiting for the first poll', [on(0), on(10, WAITING)], undefined],
    ['waiting for the first poll at first sight', [on(0, WAITING)], undefined],
    ['degraded, waiting for the first poll', [on(0, DEGRADED), on(10, WAITING)], 0],
    ['healthy, detaching', [on(0), on(10, DETACHING)], undefined],
    ['healthy, detached', [on(0), on(10, DETACHED)], undefined],
    ['attaching at first sight', [on(0, { state: 'attaching', robustness: 'unknown' })], undefined],
    ['creating at first sight', [on(0, { state: 'creating', robustness: '' })], undefined],
    ['degraded, faulted', [on(0, DEGRADED), on(10, FAULTED)], 0],
    ['degraded, engine’s node down', [on(0, DEGRADED), on(10, NODE_DOWN)], 0],
    ['degraded, detaching', [on(0, DEGRADED), on(10, DETACHING)], 0],
    ['degraded, detached and faulted', [on(0, DEGRADED), on(10, DETACHED_FAULTED)], 0],
    ['degraded, robustness missing', [on(0, DEGRADED), on(10, { robustness: undefined })], 0],
    ['degraded, healthy', [on(0, DEGRADED), on(10)], undefined],
    ['degraded, detaching, detached', [on(0, DEGRADED), on(10, DETACHING), on(20, DETACHED)], undefined],
    ['degraded, healthy, degraded', [on(0, DEGRADED), on(10), on(20, DEGRADED)], 20],
    ['degraded, detached, degraded', [on(0, DEGRADED), on(10, DETACHED), on(20, DEGRADED)], 20],
  ];
  for (const [history, life, start] of table) {
    test(`${history}: ${start === undefined ? 'absent' : `since second ${start}`}`, () =>
      assert.equal(since(...life), start === undefined ? undefined : unix(start)));
  }
});

describe('Start of an unhealthy episode', () => {
  const degradedWith = (...seconds: number[]) => ({ ...DEGRADED, replicas: failedAt(...seconds) });

  const table: [history: string, life: Life, start: number][] = [
    ['failedAt after it was last healthy: starts at failedAt', [on(0), on(10, degradedWith(7))], 7],
    [
      'failedAt before it was last healthy: starts when first seen degraded',
      [on(0), on(10, degradedWith(-5))],
      10,
    ],
    [
      'failedAt at the moment it was last healthy: starts when first seen degraded',
      [on(0), on(10, degradedWith(0))],
      10,
    ],
    ['failedAt in the future: starts when first seen degraded', [on(0), on(10, degradedWith(12))], 10],
    [
      'all three replicas missing: starts at the earliest failedAt',
      [on(0), on(10, { ...degradedWith(8, 3, 6), replicasDesired: 3 })],
      3,
    ],
    [
      'two replicas missing, three failed: starts at the earlier of the two latest failedAt',
      [on(0), on(10, degradedWith(8, 3, 6))],
      6,
    ],
    [
      'one replica missing, three failed: starts at the latest failedAt',
      [on(0), on(10, { ...DEGRADED, replicas: [replica('r1'), ...failedAt(8, 3, 6)] })],
      8,
    ],
    [
      'no replica missing, an old failed one remains: starts when first seen degraded',
      [on(10, { ...DEGRADED, replicas: [replica('r1'), replica('r2'), ...failedAt(-500)] })],
      10,
    ],
    [
      'replica in mode RW on a node that is down: counts as missing',
      [
        on(0),
        on(10, { ...DEGRADED, replicas: [replica('r1', 'healthy', { running: false }), ...failedAt(8, 3)] }),
      ],
      3,
    ],
    [
      'several failedAt, one before it was last healthy: starts at the earliest of the others',
      [on(0), on(10, degradedWith(-60, 8, 3))],
      3,
    ],
    ['never seen healthy, failedAt long ago: starts at failedAt', [on(10, degradedWith(-500))], -500],
    [
      'an earlier failedAt appears later: start unchanged',
      [on(0), on(10, DEGRADED), on(20, degradedWith(4))],
      10,
    ],
    ['failedAt is cleared later: start unchanged', [on(0), on(10, degradedWith(7)), on(20, DEGRADED)], 7],
    [
      'another replica fails later: start unchanged',
      [on(0), on(10, degradedWith(7)), on(20, degradedWith(15))],
      7,
    ],
    [
      'failedAt before a changed message that still showed it healthy: starts when first seen degraded',
      [on(0), on(50, { namespace: 'other' }), on(60, degradedWith(30))],
      60,
    ],
    [
      'failedAt while detached, after it was last healthy: starts at failedAt',
      [on(0), on(10, DETACHED), on(30, degradedWith(20))],
      20,
    ],
    [
      'failedAt before it was last healthy, then detached and attaching: starts when first seen degraded',
      [
        on(0),
        on(10, DETACHED),
        on(20, { state: 'attaching', robustness: 'unknown' }),
        on(30, degradedWith(-5)),
      ],
      30,
    ],
    [
      'failedAt of the previous episode, not healthy in between: starts at failedAt',
      [on(0), on(10, degradedWith(7)), on(20, DETACHED), on(30, degradedWith(7))],
      7,
    ],
  ];
  for (const [history, life, start] of table) {
    test(history, () => assert.equal(since(...life), unix(start)));
  }

  const healthy = volume();
  const metric = (steps: Parameters<typeof play>[0]) =>
    volumeMetric(play(steps))('longhorn_volume_degraded_since_timestamp_seconds');

  test('failedAt before an unchanged message that still showed it healthy: starts when first seen degraded', () => {
    const steps = [
      { at: 0, volumes: [healthy] },
      { at: 50, volumes: [healthy] },
      { at: 60, volumes: [volume(degradedWith(30))] },
    ];
    assert.equal(metric(steps), unix(60));
  });

  test('failedAt before a message in which the volume was invalid: starts at failedAt', () => {
    const steps = [
      { at: 0, volumes: [healthy] },
      { at: 50, volumes: [healthy], confirmed: false },
      { at: 60, volumes: [volume(degradedWith(30))] },
    ];
    assert.equal(metric(steps), unix(30));
  });

  test('new volume of the same name, the old one was healthy after failedAt: starts at failedAt', () => {
    assert.equal(since(on(0), on(10, { ...degradedWith(-5), created: wall(-6) })), unix(-5));
  });
});
