/** The bars of a volume's timeline, with their start and end. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { lanesOf } from '../../src/debug/strip.ts';
import { volumePage } from '../../src/debug/volume-page.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { lives } from '../state/arbitraries.ts';
import { at, backup, replica, running, type Step, volume } from '../support/facts.ts';
import { viewOf } from './views.ts';

const second = (ms: number): number => Math.round((ms - at(0).wall) / 1000);

/** The bars of a lane as `0-10 healthy (good)`, in seconds; `to` is the current second. */
function bars(lane: string, steps: readonly Step[], to = steps.at(-1)?.at ?? 0, more = {}): string[] {
  const { view } = viewOf(steps, more);
  const now = at(to);
  const page = volumePage('pvc-1', view, now) ?? assert.fail('no such volume');
  const { events, volume } = page.data;
  const lanes = lanesOf(events, page.intervals, { from: at(0).wall, to: now.wall }, volume.asOf);
  const found = lanes.find(({ name }) => name === lane)?.bars ?? [];
  return found.map(({ from, to, text, tone }) => `${second(from)}-${second(to)} ${text} (${tone})`);
}

const healthy: Partial<VolumeFacts> = { state: 'attached', robustness: 'healthy' };
const degraded: Partial<VolumeFacts> = { state: 'attached', robustness: 'degraded' };
const faulted: Partial<VolumeFacts> = { state: 'attached', robustness: 'faulted' };
const detached: Partial<VolumeFacts> = { state: 'detached', robustness: 'unknown' };
const attaching: Partial<VolumeFacts> = { state: 'attaching', robustness: 'unknown' };
const lost: Partial<VolumeFacts> = { state: 'detached', robustness: 'faulted' };

/** Each fact holds for ten seconds, starting at 0. */
const after = (...facts: readonly Partial<VolumeFacts>[]): Step[] => [
  ...facts.map((fact, i) => ({ at: 10 * i, volumes: [volume(fact)] })),
  { at: 10 * facts.length, volumes: [volume(facts.at(-1))] },
];

describe('bars of robustness', () => {
  const CASES: Readonly<Record<string, readonly [facts: readonly Partial<VolumeFacts>[], bars: string[]]>> = {
    'attached all the time: one bar for each value': [
      [healthy, degraded, healthy],
      ['0-10 healthy (good)', '10-20 degraded (warn)', '20-30 healthy (good)'],
    ],
    'detached: the bar ends': [
      [healthy, degraded, detached],
      ['0-10 healthy (good)', '10-20 degraded (warn)'],
    ],
    'detached and attached again: no bar while detached': [
      [healthy, degraded, detached, attaching, degraded],
      ['0-10 healthy (good)', '10-20 degraded (warn)', '30-50 degraded (warn)'],
    ],
    'healthy, detached, then degraded: only the part after the detach is drawn': [
      [healthy, detached, degraded],
      ['20-30 degraded (warn)'],
    ],
    'detached at first, then healthy: one bar since it became healthy': [
      [detached, healthy],
      ['10-20 healthy (good)'],
    ],
    'always detached: no bar': [[detached, detached], []],
    'faulted, then detached: the faulted bar continues': [
      [healthy, faulted, lost, lost],
      ['0-10 healthy (good)', '10-40 faulted (bad)'],
    ],
    'faulted and detached in the same list: one faulted bar': [
      [healthy, lost, lost],
      ['0-10 healthy (good)', '10-30 faulted (bad)'],
    ],
    'faulted, attached again, then healthy: the faulted bar lasts until healthy': [
      [healthy, lost, attaching, healthy],
      ['0-10 healthy (good)', '10-30 faulted (bad)', '30-40 healthy (good)'],
    ],
  };
  for (const [what, [facts, expected]] of Object.entries(CASES)) {
    test(what, () => assert.deepEqual(bars('robustness', after(...facts)), expected));
  }

  test('no list any more: not known since the last list', () => {
    const steps = after(healthy, degraded);
    const expected = ['0-10 healthy (good)', '10-20 degraded (warn)', '20-500 not known (idle)'];
    assert.deepEqual(bars('robustness', steps, 500), expected);
  });
});

test('last list requested before the change that it shows: the change is drawn with no duration, then not known', () => {
  const { view } = viewOf(after(healthy, faulted).slice(0, 2));
  const requestedAt = at(9).monotonic;
  const state = { ...view.state, confirmedAt: new Map([['pvc-1', requestedAt]]) };
  const now = at(400);
  const { data, intervals } = volumePage('pvc-1', { ...view, state }, now) ?? assert.fail('no such volume');
  const { events, volume } = data;
  const [robustness] = lanesOf(events, intervals, { from: at(0).wall, to: now.wall }, volume.asOf);
  assert.deepEqual(
    robustness?.bars.map(({ from, to, text }) => `${second(from)}-${second(to)} ${text}`),
    ['0-10 healthy', '10-10 faulted', '10-400 not known'],
  );
  assert.deepEqual(
    events.map(({ seconds, ongoing }) => [seconds, ongoing]),
    [[0, true]],
  );
});

test('several states: one bar after another, and not known after the last list', () => {
  const steps = after(healthy, detached, attaching);
  const known = ['0-10 attached (idle)', '10-20 detached (idle)'];
  assert.deepEqual(bars('state', steps), [...known, '20-30 attaching (idle)']);
  assert.deepEqual(bars('state', steps, 400), [
    ...known,
    '20-30 attaching (idle)',
    '30-400 not known (idle)',
  ]);
});

describe('bar of a running operation', () => {
  const rebuilding = (i: number) =>
    volume({ ...degraded, replicas: [replica('r1', 'rebuilding', { progress: i })] });
  const steps: Step[] = [
    { at: 0, volumes: [volume(healthy)], backups: [] },
    { at: 10, volumes: [rebuilding(0.1)], backups: [running('b1')] },
    { at: 30, volumes: [rebuilding(0.5)], backups: [running('b1')] },
  ];

  test('fresh list: drawn until now', () => {
    assert.deepEqual(bars('replicas', steps), ['10-30 rebuild of r1 running (warn)']);
    assert.deepEqual(bars('backups', steps), ['10-30 backup b1 running (warn)']);
  });

  test('stale list: drawn until that list', () => {
    assert.deepEqual(bars('replicas', steps, 600), ['10-30 rebuild of r1 running (warn)']);
    assert.deepEqual(bars('backups', steps, 600), ['10-30 backup b1 running (warn)']);
  });

  test('operation ended: drawn until its end', () => {
    const ended = [...steps, { at: 70, volumes: [volume(healthy)], backups: [backup('b1')] }];
    assert.match(bars('replicas', ended, 80).join(), /^10-70 rebuild of r1 /);
    assert.match(bars('backups', ended, 80).join(), /^10-70 backup b1 to default completed \(good\)$/);
  });
});

test('clone runs while the share is down: a bar in each of two lanes', () => {
  const rwx = { ...healthy, accessMode: 'rwx', shareState: 'running' };
  const steps = after(
    rwx,
    { ...rwx, shareState: 'error', clone: 'initiated' },
    { ...rwx, clone: 'completed' },
  );
  assert.deepEqual(bars('share', steps), ['10-20 share is down (bad)']);
  assert.deepEqual(bars('operations', steps), ['10-20 clone ended (idle)']);
  assert.deepEqual(bars('operations', steps.slice(0, 2), 15), ['10-15 clone running (warn)']);
});

test('any cluster: no bar ends before it begins or reaches into the future, and bars of a track do not overlap', () => {
  fc.assert(
    fc.property(lives(), fc.nat(1_000), fc.nat(20), (life, later, listTook) => {
      const { view: fresh } = viewOf(life);
      const confirmedAt = [...(fresh.state.confirmedAt ?? [])].map(
        ([name, at]) => [name, at - listTook * 1000] as const,
      );
      const view = { ...fresh, state: { ...fresh.state, confirmedAt: new Map(confirmedAt) } };
      const now = at((life.at(-1)?.at ?? 0) + later);
      for (const name of view.state.volumes.keys()) {
        const { data, intervals } = volumePage(name, view, now) ?? assert.fail(name);
        const from = Math.min(now.wall - 1, ...data.events.map(({ time }) => time));
        const lanes = lanesOf(data.events, intervals, { from, to: now.wall }, data.volume.asOf);
        for (const { name: lane, bars } of lanes) {
          for (const [i, bar] of bars.entries()) {
            assert.ok(from <= bar.from && bar.from <= bar.to && bar.to <= now.wall, `${lane}: ${bar.text}`);
            const before = bars[i - 1];
            if (!['robustness', 'state'].includes(lane) || before === undefined) continue;
            assert.ok(before.to <= bar.from, `${lane}: ${before.text}, ${bar.text}`);
          }
        }
      }
    }),
  );
});
