/** The durations of events, and the events of a stream. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type EventRow, eventRow, intervalsOf, withDurations } from '../../src/debug/events.ts';
import { overview } from '../../src/debug/overview.ts';
import { streamEvents } from '../../src/debug/streams.ts';
import { volumePage } from '../../src/debug/volume-page.ts';
import type { NamedEvent, Timestamped } from '../../src/events.ts';
import type { RecordedStreamEvent } from '../../src/timeline.ts';
import { lives } from '../state/arbitraries.ts';
import { at, backup, node, replica, running, volume } from '../support/facts.ts';
import { viewOf } from './views.ts';

const NOW = at(100);
const eventAt = (second: number, event: NamedEvent): Timestamped<NamedEvent> => ({
  ...event,
  at: at(second).monotonic,
});
/** Everything is known until now. */
const PRESENT = {
  robustness: undefined,
  state: undefined,
  knownUntil: {
    robustness: NOW.wall,
    state: NOW.wall,
    share: NOW.wall,
    operations: NOW.wall,
    replicas: NOW.wall,
    backups: NOW.wall,
    owner: NOW.wall,
  },
};
const timeAt = (second: number): number => at(second).wall;

const rebuildStarted = (replica: string): NamedEvent => ({ type: 'rebuild_started', volume: 'a', replica });
const rebuildEnded = (replica: string): NamedEvent => ({
  type: 'rebuild_ended',
  volume: 'a',
  replica,
  result: 'failed',
});
const robustness = (to: 'healthy' | 'degraded'): NamedEvent => ({
  type: 'robustness_changed',
  volume: 'a',
  from: to === 'healthy' ? 'degraded' : 'healthy',
  to,
});
const started = (name: string): NamedEvent => ({
  type: 'backup_started',
  volume: 'a',
  backup: name,
  target: 'default',
});
const ended = (type: 'backup_completed' | 'backup_failed', name: string): NamedEvent => ({
  type,
  volume: 'a',
  backup: name,
  target: 'default',
  mode: 'full',
  reason: 'other',
  error: '',
});
const moved = (to: string): NamedEvent => ({ type: 'owner_changed', volume: 'a', from: 'n', to });
const state = (to: string): NamedEvent => ({ type: 'state_changed', volume: 'a', from: 'x', to });

/** Events at their seconds, each with its duration; `+`: still ongoing now, at second 100. */
const DURATIONS: Readonly<
  Record<string, readonly (readonly [at: number, event: NamedEvent, duration: string])[]>
> = {
  'robustness: lasts until the next change': [
    [10, robustness('degraded'), '30'],
    [20, { type: 'replica_failed', volume: 'a', replica: 'r1' }, ''],
    [40, robustness('healthy'), '60+'],
  ],
  'rebuilds: each lasts until its own end': [
    [10, rebuildStarted('r1'), '30'],
    [20, rebuildStarted('r2'), '80+'],
    [40, rebuildEnded('r1'), ''],
    [50, rebuildStarted('r1'), '50+'],
  ],
  'rebuild retried: each attempt lasts until the first end after it': [
    [10, rebuildStarted('r1'), '5'],
    [15, rebuildEnded('r1'), ''],
    [20, rebuildStarted('r1'), '10'],
    [30, rebuildEnded('r1'), ''],
  ],
  'backups: each lasts until it is complete or has failed': [
    [10, started('b1'), '20'],
    [10, started('b2'), '30'],
    [10, started('b3'), '90+'],
    [30, ended('backup_completed', 'b1'), ''],
    [40, ended('backup_failed', 'b2'), ''],
  ],
  'operations: each lasts until it ends, failed or not': [
    [10, { type: 'operation_started', volume: 'a', operation: 'expand' }, '30'],
    [20, { type: 'operation_started', volume: 'a', operation: 'purge' }, '80+'],
    [30, { type: 'operation_failed', volume: 'a', operation: 'expand', error: 'no space' }, ''],
    [40, { type: 'operation_ended', volume: 'a', operation: 'expand' }, ''],
  ],
  'share down: lasts until it is up': [
    [10, { type: 'share_down', volume: 'a' }, '5'],
    [15, { type: 'share_up', volume: 'a' }, ''],
    [20, { type: 'share_down', volume: 'a' }, '80+'],
  ],
  'share down, volume is detached: lasts until the detach': [
    [10, { type: 'share_down', volume: 'a' }, '20'],
    [30, state('detached'), '70+'],
  ],
  'owners and states: each lasts until the next': [
    [10, moved('n1'), '10'],
    [15, state('attached'), '5'],
    [20, moved('n2'), '80+'],
    [20, state('detached'), '80+'],
  ],
  'event with a measured duration: keeps that duration': [
    [10, { ...rebuildEnded('r1'), seconds: 7.5 } as NamedEvent, '7.5'],
    [20, { ...ended('backup_completed', 'b1'), seconds: 3 } as NamedEvent, '3'],
  ],
  'other events: no duration': [
    [10, { type: 'volume_appeared', volume: 'a' }, ''],
    [20, { type: 'engine_moved', volume: 'a', from: 'n1', to: 'n2' }, ''],
    [30, { type: 'snapshots_created', volume: 'a', kind: 'user', count: 2 }, ''],
    [40, { type: 'snapshots_deleted', volume: 'a', kind: 'user', count: 2 }, ''],
  ],
};

describe('events of a volume', () => {
  for (const [what, cases] of Object.entries(DURATIONS)) {
    test(what, () => {
      const events: EventRow[] = cases.map(([second, event]) => eventRow(eventAt(second, event), NOW));
      const rows = withDurations(events, intervalsOf(events, PRESENT)).reverse();
      const durations = rows.map(({ seconds = '', ongoing }) => `${seconds}${ongoing ? '+' : ''}`);
      assert.deepEqual(
        durations,
        cases.map(([, , expected]) => expected),
      );
      assert.deepEqual(
        rows.map(({ time }) => time),
        cases.map(([second]) => timeAt(second)),
      );
    });
  }

  test('ongoing event: lasts until the last list that would show its end', () => {
    const { view } = viewOf(
      [
        { at: 0, volumes: [volume()], backups: [], nodes: [node('n1'), node('n2')] },
        { at: 10, volumes: [volume({ robustness: 'degraded' })], backups: [running('b1')] },
        { at: 20, nodes: [node('n1'), node('n2', false)] },
        { at: 30, nodes: [node('n1'), node('n2')] },
      ],
      { node: 'n1' },
    );
    const statuses = {
      ...view.statuses,
      volumes: { ...view.statuses.volumes, lastListAt: at(10).monotonic },
      backups: { ...view.statuses.backups, lastListAt: at(40).monotonic },
      nodes: { ...view.statuses.nodes, lastListAt: at(500).monotonic },
    };
    const durationsAt = (second: number) => {
      const rows = volumePage('pvc-1', { ...view, statuses }, at(second))?.data.events ?? [];
      const ongoing = (wanted: string) => rows.find((row) => row.type === wanted && row.ongoing)?.seconds;
      return [ongoing('robustness_changed'), ongoing('backup_started'), ongoing('owner_changed')];
    };
    // All streams are live at first.
    assert.deepEqual(durationsAt(120), [110, 110, 90]);
    assert.deepEqual(durationsAt(510), [0, 30, 480]);
  });

  test('row: has the fields of its event, without the monotonic time', () => {
    const row = eventRow(eventAt(10, rebuildStarted('r1')), NOW);
    assert.deepEqual(row, { time: timeAt(10), type: 'rebuild_started', volume: 'a', replica: 'r1' });
  });

  test('any cluster: newest first, and no duration is negative or reaches into the future', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const { view, now } = viewOf(life);
        for (const name of view.state.volumes.keys()) {
          const rows = volumePage(name, view, now)?.data.events ?? [];
          const times = rows.map(({ time }) => time);
          assert.deepEqual(
            times,
            times.toSorted((a, b) => b - a),
          );
          for (const { time, type, seconds = 0, ongoing } of rows) {
            const end = time + 1000 * seconds;
            // Only events measured by Longhorn's own clock can end before they were seen.
            if (!['rebuild_ended', 'backup_completed'].includes(type)) assert.ok(end <= now.wall, type);
            if (ongoing) assert.equal(end, now.wall);
            assert.ok(seconds >= 0, `${type} took ${seconds} s`);
          }
        }
      }),
    );
  });

  const ongoing = (steps: Parameters<typeof viewOf>[0]) => {
    const { view, now } = viewOf(steps);
    const rows = volumePage('pvc-1', view, now)?.data.events ?? [];
    return rows.filter((row) => row.ongoing).map(({ type }) => type);
  };

  test('running backup is deleted: no longer ongoing', () => {
    const initial = { at: 0, volumes: [volume()], backups: [] };
    const deleted = { at: 20, backups: [running('b1', { phase: 'absent', deleting: true })] };
    for (const end of [deleted, { at: 20, backups: [] }]) {
      const steps = [initial, { at: 10, backups: [running('b1')] }, end];
      assert.deepEqual(ongoing(steps), []);
    }
  });

  test('degraded volume is detached: only the state is ongoing', () => {
    const steps = [
      { at: 0, volumes: [volume()] },
      { at: 10, volumes: [volume({ robustness: 'degraded', replicas: [replica('r1', 'failed')] })] },
      { at: 20, volumes: [volume({ robustness: 'unknown', state: 'detached' })] },
    ];
    assert.deepEqual(ongoing(steps), ['state_changed']);
    const { view, now } = viewOf(steps);
    const row = overview(view, now).volumes[0];
    assert.deepEqual([row?.robustness, row?.robustnessSince], ['unknown', undefined]);
  });

  test('many owner changes: failures stay in the list', () => {
    const volumes = Array.from({ length: 2_000 }, (_, i) => volume({ name: `pvc-${i}` }));
    const broken = {
      ...volume({ name: 'pvc-0', robustness: 'degraded' }),
      replicas: [replica('r1', 'failed')],
    };
    const nodes = [node('n1'), node('n2'), node('n3')];
    const { view, now } = viewOf([
      { at: 0, volumes, nodes, backups: [] },
      { at: 10, volumes: [broken, ...volumes.slice(1)] },
      { at: 20, nodes: [node('n1', false), node('n2'), node('n3')] },
    ]);
    const types = overview(view, now).events.map(({ type }) => type);
    assert.ok(types.includes('robustness_changed'), `not among ${types.length} events`);
  });

  test("completed backup: its duration is measured by Longhorn's clock", () => {
    const { view, now } = viewOf([
      { at: -10, volumes: [volume()], backups: [] },
      { at: 10, backups: [running('b1')] },
      { at: 70, backups: [backup('b1')] },
    ]);
    const rows = volumePage('pvc-1', view, now)?.data.events.map(({ type, seconds }) => [type, seconds]);
    assert.deepEqual(rows, [
      ['backup_completed', 50],
      ['backup_started', 60],
    ]);
  });
});

describe('events of a stream', () => {
  const events: readonly (readonly [second: number, event: RecordedStreamEvent])[] = [
    [0, { type: 'failed', reason: 'connect', detail: 'ECONNREFUSED' }],
    [10, { type: 'opened' }],
    [11, { type: 'measured', listMs: 1_200, costMs: 900, resized: false }],
    [20, { type: 'bad_message', bytes: 12 }],
    [40, { type: 'failed', reason: 'closed', detail: 'code 1006' }],
    [41, { type: 'failed', reason: 'connect', detail: 'ECONNREFUSED' }],
    [50, { type: 'opened' }],
    [60, { type: 'resync' }],
    [61, { type: 'opened' }],
    [90, { type: 'failed', reason: 'silent', detail: 'no message for 60 s' }],
  ];
  const rows = streamEvents(
    events.map(([second, event]) => ({ ...event, at: at(second).monotonic })),
    NOW,
  );

  test('several events: newest first, with the reason and how long the connection was open', () => {
    assert.deepEqual(rows, [
      { time: timeAt(90), event: 'silent', detail: 'no message for 60 s', seconds: 29 },
      { time: timeAt(61), event: 'connected' },
      { time: timeAt(60), event: 'resync', seconds: 10 },
      { time: timeAt(50), event: 'connected' },
      { time: timeAt(41), event: 'connect', detail: 'ECONNREFUSED' },
      { time: timeAt(40), event: 'closed', detail: 'code 1006', seconds: 30 },
      { time: timeAt(20), event: 'bad_message', detail: '12 bytes that are not a list' },
      { time: timeAt(11), event: 'first_list', seconds: 1.2 },
      { time: timeAt(10), event: 'connected' },
      { time: timeAt(0), event: 'connect', detail: 'ECONNREFUSED' },
    ]);
  });

  test('connect failed after an open connection: no open time', () => {
    const rows = streamEvents(
      [
        { type: 'opened', at: at(0).monotonic },
        // After its only list the connection is closed on purpose, without an event.
        { type: 'failed', reason: 'connect', detail: 'ECONNREFUSED', at: at(30).monotonic },
      ],
      NOW,
    );
    assert.deepEqual(rows[0], { time: timeAt(30), event: 'connect', detail: 'ECONNREFUSED' });
  });

  test('start of the connection not recorded: no open time', () => {
    const closed: RecordedStreamEvent = { type: 'failed', reason: 'closed', detail: 'bye' };
    const [row] = streamEvents([{ ...closed, at: at(5).monotonic }], NOW);
    assert.deepEqual(row, { time: timeAt(5), event: 'closed', detail: 'bye' });
  });
});
