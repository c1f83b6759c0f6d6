/** The start of an episode of trouble, as `longhorn_volume_degraded_since_timestamp_seconds` shows it. */

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

describe('An episode of trouble', () => {
  const table: [behaviour: string, life: Life, start: number | undefined][] = [
    ['is not there while healthy', [on(0)], undefined],
    ['begins when degraded', [on(0), on(10, DEGRADED)], 10],
    ['begins when faulted', [on(0), on(10, FAULTED)], 10],
    ['begins when the engine’s node is down', [on(0), on(10, NODE_DOWN)], 10],
    ['begins when faulted and detached', [on(0), on(10, DETACHED_FAULTED)], 10],
    ['begins at the first sight of a volume in trouble', [on(5, DEGRADED)], 5],
    ['does not begin while an attach waits for the first poll', [on(0), on(10, WAITING)], undefined],
    ['does not begin like that at first sight either', [on(0, WAITING)], undefined],
    ['goes on while an attach waits for the first poll', [on(0, DEGRADED), on(10, WAITING)], 0],
    ['does not begin with an ordinary detach', [on(0), on(10, DETACHING)], undefined],
    ['does not begin while detached', [on(0), on(10, DETACHED)], undefined],
    ['does not begin while attaching', [on(0, { state: 'attaching', robustness: 'unknown' })], undefined],
    ['does not begin while being created', [on(0, { state: 'creating', robustness: '' })], undefined],
    ['goes on from degraded to faulted', [on(0, DEGRADED), on(10, FAULTED)], 0],
    ['goes on when a degraded volume’s node goes down', [on(0, DEGRADED), on(10, NODE_DOWN)], 0],
    ['goes on while it detaches', [on(0, DEGRADED), on(10, DETACHING)], 0],
    ['goes on while detached and faulted', [on(0, DEGRADED), on(10, DETACHED_FAULTED)], 0],
    ['goes on without a robustness', [on(0, DEGRADED), on(10, { robustness: undefined })], 0],
    ['ends when healthy', [on(0, DEGRADED), on(10)], undefined],
    ['ends when detached and not faulted', [on(0, DEGRADED), on(10, DETACHING), on(20, DETACHED)], undefined],
    ['that is over does not come back', [on(0, DEGRADED), on(10), on(20, DEGRADED)], 20],
    [
      'that ended with a detach is another afterwards',
      [on(0, DEGRADED), on(10, DETACHED), on(20, DEGRADED)],
      20,
    ],
  ];
  for (const [behaviour, life, start] of table) {
    test(behaviour, () => assert.equal(since(...life), start === undefined ? undefined : unix(start)));
  }
});

describe('The start of an episode', () => {
  const trouble = (...seconds: number[]) => ({ ...DEGRADED, replicas: failedAt(...seconds) });

  const table: [behaviour: string, life: Life, start: number][] = [
    ['is the failedAt after the last healthy sight', [on(0), on(10, trouble(7))], 7],
    ['is not the failedAt of a time when it was still healthy', [on(0), on(10, trouble(-5))], 10],
    ['is not a failedAt of the very moment it was healthy', [on(0), on(10, trouble(0))], 10],
    ['is not a failedAt that is still to come', [on(0), on(10, trouble(12))], 10],
    [
      'is the earliest failedAt when all replicas are missing',
      [on(0), on(10, { ...trouble(8, 3, 6), replicasDesired: 3 })],
      3,
    ],
    ['is the earliest of the two latest when two are missing', [on(0), on(10, trouble(8, 3, 6))], 6],
    [
      'is the latest when one is missing: the others failed long ago and linger',
      [on(0), on(10, { ...DEGRADED, replicas: [replica('r1'), ...failedAt(8, 3, 6)] })],
      8,
    ],
    [
      'is the first sight when none is missing, whichever failed long ago and lingers',
      [on(10, { ...DEGRADED, replicas: [replica('r1'), replica('r2'), ...failedAt(-500)] })],
      10,
    ],
    [
      'counts one that is RW, and whose node is down, as missing',
      [
        on(0),
        on(10, { ...DEGRADED, replicas: [replica('r1', 'healthy', { running: false }), ...failedAt(8, 3)] }),
      ],
      3,
    ],
    ['is the earliest that is late enough', [on(0), on(10, trouble(-60, 8, 3))], 3],
    ['is any earlier failedAt when it was never seen healthy', [on(10, trouble(-500))], -500],
    ['stays when an earlier failedAt shows up later', [on(0), on(10, DEGRADED), on(20, trouble(4))], 10],
    ['stays when its failedAt is cleared', [on(0), on(10, trouble(7)), on(20, DEGRADED)], 7],
    ['stays when another replica fails', [on(0), on(10, trouble(7)), on(20, trouble(15))], 7],
    [
      'is not a failedAt older than an earlier message that showed it healthy',
      [on(0), on(50, { namespace: 'other' }), on(60, trouble(30))],
      60,
    ],
    [
      'is a failedAt during the detached time after it was last healthy',
      [on(0), on(10, DETACHED), on(30, trouble(20))],
      20,
    ],
    [
      'is not a failedAt of when it was healthy, however much came after that',
      [on(0), on(10, DETACHED), on(20, { state: 'attaching', robustness: 'unknown' }), on(30, trouble(-5))],
      30,
    ],
    [
      'may be a failedAt of the episode before when it was not healthy in between',
      [on(0), on(10, trouble(7)), on(20, DETACHED), on(30, trouble(7))],
      7,
    ],
  ];
  for (const [behaviour, life, start] of table) {
    test(behaviour, () => assert.equal(since(...life), unix(start)));
  }

  const healthy = volume();
  const metric = (steps: Parameters<typeof play>[0]) =>
    volumeMetric(play(steps))('longhorn_volume_degraded_since_timestamp_seconds');

  test('is not a failedAt before an unchanged message that showed it healthy', () => {
    const steps = [
      { at: 0, volumes: [healthy] },
      { at: 50, volumes: [healthy] },
      { at: 60, volumes: [volume(trouble(30))] },
    ];
    assert.equal(metric(steps), unix(60));
  });

  test('may be a failedAt before a message that did not show the volume well', () => {
    const steps = [
      { at: 0, volumes: [healthy] },
      { at: 50, volumes: [healthy], confirmed: false },
      { at: 60, volumes: [volume(trouble(30))] },
    ];
    assert.equal(metric(steps), unix(30));
  });

  test('of a new volume of the same name ignores when the old one was healthy', () => {
    assert.equal(since(on(0), on(10, { ...trouble(-5), created: wall(-6) })), unix(-5));
  });
});
