/** When a volume's next backup is due, by the jobs that apply to it. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Cron } from 'croner';
import type { JobTask, RecurringJobFacts } from '../../src/longhorn/recurring-job.ts';
import { SCHEDULE_TABLE } from '../../src/metrics/schedule.ts';
import { FOLDS } from '../../src/state/fold.ts';
import { foldJobLabels } from '../../src/state/schedules.ts';
import type { State } from '../../src/state/state.ts';
import {
  at,
  backup,
  contextAt,
  controller,
  listOf,
  type Played,
  play,
  sampleOf,
  servedOf,
  volume,
  wall,
} from '../support/facts.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

const job = (name: string, cron: string, more: Partial<RecurringJobFacts> = {}): RecurringJobFacts => ({
  name,
  task: 'backup',
  cron,
  groups: ['default'],
  ...more,
});

interface HistoryStep {
  readonly at: number;
  readonly jobs?: readonly RecurringJobFacts[];
  /** From recurringJobList: `group` for a group, `=job` for a job. */
  readonly labels?: readonly string[];
  /** When the snapshots of completed backups were taken. */
  readonly backups?: readonly number[];
}

const done = (second: number) =>
  backup(`b-${second}`, { snapshotCreated: wall(second), created: wall(second + 60) });

/** Folds these steps for pvc-1, which is known since second -10. Second 0 is 06:00 on a Sunday. */
function life(...steps: readonly HistoryStep[]): Played {
  let { state } = play([{ at: -10, volumes: [volume()], backups: [] }]);
  let now = at(-10);
  for (const { at: second, jobs, labels, backups } of steps) {
    now = at(second);
    const fold = (next: { state: State }) => {
      state = next.state;
    };
    if (jobs) fold(FOLDS.recurringjobs(state, listOf(jobs), contextAt(now)));
    if (backups) fold(FOLDS.backups(state, listOf(backups.map(done)), contextAt(now)));
    if (labels) {
      const withPrefix = (prefixed: boolean) => labels.filter((label) => label.startsWith('=') === prefixed);
      const found = { jobs: withPrefix(true).map((label) => label.slice(1)), groups: withPrefix(false) };
      fold({ state: foldJobLabels(state, 'pvc-1', found, contextAt(now)) });
    }
  }
  return { state, now, events: [] };
}

const metric = (played: Played, name: string, ...labels: string[]) => {
  const [series] = servedOf(played).schedules;
  return series && sampleOf(SCHEDULE_TABLE, series, played.now, name, ...labels);
};
const due = (played: Played) => {
  const seconds = metric(played, 'longhorn_backup_due_timestamp_seconds');
  return seconds && new Date(1000 * seconds).toISOString().slice(5, 16);
};
const interval = (played: Played) => metric(played, 'longhorn_backup_schedule_interval_seconds');
const count = (played: Played, task: JobTask) => metric(played, 'longhorn_volume_recurring_jobs', task);

const NIGHTLY = job('nightly', '0 2 * * *');
const HOURLY = job('hourly', '0 * * * *');
const WEEKLY = job('weekly', '30 3 * * 0');

describe('longhorn_backup_due_timestamp_seconds', () => {
  const table: [history: string, steps: HistoryStep[], due: string | undefined][] = [
    [
      'nightly job, last success 4 hours ago',
      [{ at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-4 * HOUR] }],
      '11-23T02:00',
    ],
    [
      'nightly job, last success 30 hours ago',
      [{ at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-30 * HOUR] }],
      '11-21T02:00',
    ],
    [
      'hourly job, last success started before a run and ended after it',
      [{ at: 0, jobs: [HOURLY], labels: ['default'], backups: [-30] }],
      '11-22T06:00',
    ],
    [
      'nightly job, no backups, first sight of the volume counts',
      [{ at: 0, jobs: [NIGHTLY], labels: ['default'] }],
      '11-23T02:00',
    ],
    ['no job', [{ at: 0, jobs: [], labels: ['default'], backups: [-4 * HOUR] }], undefined],
    [
      'job for another group',
      [{ at: 0, jobs: [NIGHTLY], labels: ['gold'], backups: [-4 * HOUR] }],
      undefined,
    ],
    [
      'job assigned to the volume by name',
      [{ at: 0, jobs: [job('own', '0 5 * * *', { groups: [] })], labels: ['=own'] }],
      '11-23T05:00',
    ],
    [
      'three jobs, the earliest counts',
      [{ at: 0, jobs: [WEEKLY, NIGHTLY, HOURLY], labels: ['default'], backups: [-HOUR] }],
      '11-22T06:00',
    ],
    [
      'job that makes snapshots only',
      [{ at: 0, jobs: [job('s', '0 * * * *', { task: 'snapshot' })], labels: ['default'] }],
      undefined,
    ],
    ['labels unknown', [{ at: 0, jobs: [NIGHTLY], backups: [] }], undefined],
    ['jobs unknown', [{ at: 0, labels: ['default'], backups: [] }], undefined],
    [
      'job added after the last success',
      [
        { at: 0, jobs: [], labels: ['default'], backups: [-10 * DAY] },
        { at: 600, jobs: [NIGHTLY] },
      ],
      '11-23T02:00',
    ],
    [
      'label added after the last success',
      [
        { at: 0, jobs: [NIGHTLY], labels: ['gold'], backups: [-10 * DAY] },
        { at: 600, labels: ['default'] },
      ],
      '11-23T02:00',
    ],
    [
      'schedule changed from hourly to weekly',
      [
        { at: 0, jobs: [job('j', '0 * * * *')], labels: ['default'], backups: [-HOUR] },
        { at: 60, jobs: [job('j', '30 3 * * 0')] },
      ],
      '11-29T03:30',
    ],
    [
      'schedule changed from weekly to hourly, no earlier run was missed',
      [
        { at: 0, jobs: [job('j', '30 3 * * 0')], labels: ['default'], backups: [-6 * DAY] },
        { at: 60, jobs: [job('j', '0 * * * *')] },
      ],
      '11-22T07:00',
    ],
    [
      'job renamed before its next run',
      [
        { at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-4 * HOUR] },
        { at: 60, jobs: [job('renamed', '0 2 * * *')] },
      ],
      '11-23T02:00',
    ],
    [
      'job deleted',
      [
        { at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-4 * HOUR] },
        { at: 60, jobs: [] },
      ],
      undefined,
    ],
    [
      'hourly job, another success',
      [
        { at: 0, jobs: [HOURLY], labels: ['default'], backups: [-HOUR] },
        { at: 10, backups: [-HOUR, 2] },
      ],
      '11-22T07:00',
    ],
    [
      'schedule with its own time zone',
      [{ at: 0, jobs: [job('j', 'CRON_TZ=Europe/Berlin 0 2 * * *')], labels: ['default'] }],
      '11-23T01:00',
    ],
  ];
  for (const [history, steps, expected] of table)
    test(`${history}: ${expected ?? 'absent'}`, () => assert.equal(due(life(...steps)), expected));
});

describe('longhorn_backup_schedule_interval_seconds', () => {
  const table: [schedule: string, jobs: RecurringJobFacts[], seconds: number | undefined][] = [
    ['hourly job', [HOURLY], HOUR],
    ['nightly job', [NIGHTLY], DAY],
    ['weekly job', [WEEKLY], 7 * DAY],
    ['weekly and hourly jobs', [WEEKLY, HOURLY], HOUR],
    [
      'every quarter of an hour on work days, the weekend counts',
      [job('j', '*/15 * * * 1-5')],
      48 * HOUR + 900,
    ],
    ['office hours on work days, the weekend counts', [job('j', '0 9-17 * * 1-5')], 2 * DAY + 16 * HOUR],
    ['monthly job, the longest upcoming month counts', [job('j', '0 2 1 * *')], 31 * DAY],
    ['job on the 31st', [job('j', '0 0 31 * *')], 59 * DAY],
    ['job on two nights a month', [job('j', '0 2 1,15 * *')], 17 * DAY],
    ['job every minute', [job('j', '* * * * *')], 60],
    ['job every 90 minutes', [job('j', '@every 90m')], 5_400],
    ['job that never runs', [job('j', '0 0 30 2 *')], undefined],
    ['no job', [], undefined],
  ];
  for (const [schedule, jobs, seconds] of table)
    test(`${schedule}: ${seconds ?? 'absent'}`, () =>
      assert.equal(interval(life({ at: 0, jobs, labels: ['default'] })), seconds));
});

test('jobs that apply by name, by group or both: each counted once, by task', () => {
  const jobs = [
    NIGHTLY,
    job('own', '0 5 * * *'),
    job('s', '@hourly', { task: 'snapshot' }),
    job('t', '@daily', { task: undefined }),
  ];
  const played = life({ at: 0, jobs, labels: ['default', '=own'] });
  assert.deepEqual([count(played, 'backup'), count(played, 'snapshot')], [2, 1]);
  const withoutLabels = life({ at: 0, jobs, labels: [] });
  assert.deepEqual([count(withoutLabels, 'backup'), count(withoutLabels, 'snapshot')], [0, 0]);
});

test('labels requested before the last ones: ignored', () => {
  const { state, now } = life({ at: 0, jobs: [NIGHTLY], labels: ['default'] });
  const older = { ...contextAt(now), requestedAt: now.monotonic - 1 };
  assert.equal(foldJobLabels(state, 'pvc-1', { jobs: [], groups: [] }, older), state);
});

test('same jobs again: the volume stays the same object', () => {
  const { state, now } = life({ at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-HOUR] });
  const again = FOLDS.recurringjobs(state, listOf([{ ...NIGHTLY }]), contextAt(now)).state;
  assert.equal(again.volumes.get('pvc-1'), state.volumes.get('pvc-1'));
});

describe('longhorn_volume_restored_until_timestamp_seconds', () => {
  const standby = (restored: string) =>
    volume({ standby: true, controllers: [controller('node-1', { lastRestoredBackup: restored })] });
  const until = (played: Played) => metric(played, 'longhorn_volume_restored_until_timestamp_seconds');

  test('standby volume: the snapshot time of the backup that it restored last', () => {
    const played = play([{ at: 0, volumes: [standby('b--60')], backups: [done(-60), done(-10)] }]);
    assert.equal(until(played), wall(-60) / 1000);
  });

  test('record of the restored backup is gone: the time stays', () => {
    const steps = [
      { at: 0, volumes: [standby('b--60')], backups: [done(-60)] },
      { at: 10, backups: [done(-10)] },
    ];
    assert.equal(until(play(steps)), wall(-60) / 1000);
  });

  test('restored backup without a record: absent', () => {
    assert.equal(until(play([{ at: 0, volumes: [standby('other')], backups: [done(-60)] }])), undefined);
  });

  test('restored another backup since, without a record: absent', () => {
    const steps = [
      { at: 0, volumes: [standby('b--60')], backups: [done(-60)] },
      { at: 10, volumes: [standby('other')] },
    ];
    assert.equal(until(play(steps)), undefined);
  });

  test('no longer a standby volume: absent', () => {
    const steps = [
      { at: 0, volumes: [standby('b--60')], backups: [done(-60)] },
      { at: 10, volumes: [{ ...standby('b--60'), standby: false }] },
    ];
    assert.equal(until(play(steps)), undefined);
  });
});

test('Interval of a set of schedules: computed once a day, however many backups complete', (t) => {
  const search = t.mock.method(Cron.prototype, 'nextRun');
  const searches = (run: () => Played) => {
    const before = search.mock.callCount();
    run();
    return search.mock.callCount() - before;
  };
  const first = { at: 0, jobs: [HOURLY], labels: ['default'], backups: [-HOUR] };
  const second = { at: 60, backups: [-HOUR, 30] };
  const once = searches(() => life(first));
  assert.ok(once > 24, `${once} runs are computed`);
  assert.equal(
    searches(() => life(first, second)),
    once + 1,
    'only the next run is computed again',
  );
  assert.ok(searches(() => life(first, { ...second, at: DAY })) > once + 24, 'another day');
});
