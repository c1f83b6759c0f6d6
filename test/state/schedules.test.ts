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

interface Happening {
  readonly at: number;
  readonly jobs?: readonly RecurringJobFacts[];
  /** What recurringJobList says: names of groups, and of jobs after a `=`. */
  readonly labels?: readonly string[];
  /** When the snapshots of completed backups were taken. */
  readonly backups?: readonly number[];
}

const done = (second: number) =>
  backup(`b-${second}`, { snapshotCreated: wall(second), created: wall(second + 60) });

/** pvc-1, known since second -10, which is 06:00 on a Sunday, and the events around it. */
function life(...happenings: readonly Happening[]): Played {
  let { state } = play([{ at: -10, volumes: [volume()], backups: [] }]);
  let now = at(-10);
  for (const { at: second, jobs, labels, backups } of happenings) {
    now = at(second);
    const fold = (next: { state: State }) => {
      state = next.state;
    };
    if (jobs) fold(FOLDS.recurringjobs(state, listOf(jobs), contextAt(now)));
    if (backups) fold(FOLDS.backups(state, listOf(backups.map(done)), contextAt(now)));
    if (labels) {
      const named = (is: boolean) => labels.filter((label) => label.startsWith('=') === is);
      const found = { jobs: named(true).map((label) => label.slice(1)), groups: named(false) };
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

describe('The next backup is due', () => {
  const table: [why: string, life: Happening[], due: string | undefined][] = [
    [
      'at the run after the last success',
      [{ at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-4 * HOUR] }],
      '11-23T02:00',
    ],
    [
      'at a past run when that was missed',
      [{ at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-30 * HOUR] }],
      '11-21T02:00',
    ],
    [
      'after the start of the last success, not after its end',
      [{ at: 0, jobs: [HOURLY], labels: ['default'], backups: [-30] }],
      '11-22T06:00',
    ],
    [
      'after the first sight of a volume without backups',
      [{ at: 0, jobs: [NIGHTLY], labels: ['default'] }],
      '11-23T02:00',
    ],
    ['never without a job', [{ at: 0, jobs: [], labels: ['default'], backups: [-4 * HOUR] }], undefined],
    [
      'never when no job is for its groups',
      [{ at: 0, jobs: [NIGHTLY], labels: ['gold'], backups: [-4 * HOUR] }],
      undefined,
    ],
    [
      'by a job of its own',
      [{ at: 0, jobs: [job('own', '0 5 * * *', { groups: [] })], labels: ['=own'] }],
      '11-23T05:00',
    ],
    [
      'by the earliest of several jobs',
      [{ at: 0, jobs: [WEEKLY, NIGHTLY, HOURLY], labels: ['default'], backups: [-HOUR] }],
      '11-22T06:00',
    ],
    [
      'never by a job that makes snapshots',
      [{ at: 0, jobs: [job('s', '0 * * * *', { task: 'snapshot' })], labels: ['default'] }],
      undefined,
    ],
    ['not while the labels are unknown', [{ at: 0, jobs: [NIGHTLY], backups: [] }], undefined],
    ['not while the jobs are unknown', [{ at: 0, labels: ['default'], backups: [] }], undefined],
    [
      'after a job that came later, not after an older success',
      [
        { at: 0, jobs: [], labels: ['default'], backups: [-10 * DAY] },
        { at: 600, jobs: [NIGHTLY] },
      ],
      '11-23T02:00',
    ],
    [
      'after a label that came later, not after an older success',
      [
        { at: 0, jobs: [NIGHTLY], labels: ['gold'], backups: [-10 * DAY] },
        { at: 600, labels: ['default'] },
      ],
      '11-23T02:00',
    ],
    [
      'by a schedule that was hourly, and weekly since',
      [
        { at: 0, jobs: [job('j', '0 * * * *')], labels: ['default'], backups: [-HOUR] },
        { at: 60, jobs: [job('j', '30 3 * * 0')] },
      ],
      '11-29T03:30',
    ],
    [
      'by a schedule that was weekly, and hourly since: nothing was missed before',
      [
        { at: 0, jobs: [job('j', '30 3 * * 0')], labels: ['default'], backups: [-6 * DAY] },
        { at: 60, jobs: [job('j', '0 * * * *')] },
      ],
      '11-22T07:00',
    ],
    [
      'as before when a job is renamed in time',
      [
        { at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-4 * HOUR] },
        { at: 60, jobs: [job('renamed', '0 2 * * *')] },
      ],
      '11-23T02:00',
    ],
    [
      'never when its job was deleted',
      [
        { at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-4 * HOUR] },
        { at: 60, jobs: [] },
      ],
      undefined,
    ],
    [
      'again after each success',
      [
        { at: 0, jobs: [HOURLY], labels: ['default'], backups: [-HOUR] },
        { at: 10, backups: [-HOUR, 2] },
      ],
      '11-22T07:00',
    ],
    [
      'in the time zone that its schedule names',
      [{ at: 0, jobs: [job('j', 'CRON_TZ=Europe/Berlin 0 2 * * *')], labels: ['default'] }],
      '11-23T01:00',
    ],
  ];
  for (const [why, happenings, expected] of table)
    test(why, () => assert.equal(due(life(...happenings)), expected));
});

describe('The interval', () => {
  const table: [why: string, jobs: RecurringJobFacts[], seconds: number | undefined][] = [
    ['of an hourly job', [HOURLY], HOUR],
    ['of a nightly job', [NIGHTLY], DAY],
    ['of a weekly job', [WEEKLY], 7 * DAY],
    ['of weekly and hourly jobs side by side', [WEEKLY, HOURLY], HOUR],
    ['of every quarter of an hour on work days: the weekend', [job('j', '*/15 * * * 1-5')], 48 * HOUR + 900],
    ['of office hours: the weekend', [job('j', '0 9-17 * * 1-5')], 2 * DAY + 16 * HOUR],
    ['of a monthly job: the longest month to come', [job('j', '0 2 1 * *')], 31 * DAY],
    ['of the 31st', [job('j', '0 0 31 * *')], 59 * DAY],
    ['of two nights a month', [job('j', '0 2 1,15 * *')], 17 * DAY],
    ['of a job each minute', [job('j', '* * * * *')], 60],
    ['of every ninety minutes', [job('j', '@every 90m')], 5_400],
    ['of a job that never runs', [job('j', '0 0 30 2 *')], undefined],
    ['without a job', [], undefined],
  ];
  for (const [why, jobs, seconds] of table)
    test(`${why}: ${seconds ?? 'absent'}`, () =>
      assert.equal(interval(life({ at: 0, jobs, labels: ['default'] })), seconds));
});

test('Jobs are counted by task, every job once', () => {
  const jobs = [
    NIGHTLY,
    job('own', '0 5 * * *'),
    job('s', '@hourly', { task: 'snapshot' }),
    job('t', '@daily', { task: undefined }),
  ];
  const played = life({ at: 0, jobs, labels: ['default', '=own'] });
  assert.deepEqual([count(played, 'backup'), count(played, 'snapshot')], [2, 1]);
  const none = life({ at: 0, jobs, labels: [] });
  assert.deepEqual([count(none, 'backup'), count(none, 'snapshot')], [0, 0]);
});

test('Labels requested before the last ones change nothing', () => {
  const { state, now } = life({ at: 0, jobs: [NIGHTLY], labels: ['default'] });
  const older = { ...contextAt(now), requestedAt: now.monotonic - 1 };
  assert.equal(foldJobLabels(state, 'pvc-1', { jobs: [], groups: [] }, older), state);
});

test('Without changes it stays the same object', () => {
  const { state, now } = life({ at: 0, jobs: [NIGHTLY], labels: ['default'], backups: [-HOUR] });
  const again = FOLDS.recurringjobs(state, listOf([{ ...NIGHTLY }]), contextAt(now)).state;
  assert.equal(again.volumes.get('pvc-1'), state.volumes.get('pvc-1'));
});

describe('A standby volume', () => {
  const standby = (restored: string) =>
    volume({ standby: true, controllers: [controller('node-1', { lastRestoredBackup: restored })] });
  const until = (played: Played) => metric(played, 'longhorn_volume_restored_until_timestamp_seconds');

  test('has the time of the backup that it restored', () => {
    const played = play([{ at: 0, volumes: [standby('b--60')], backups: [done(-60), done(-10)] }]);
    assert.equal(until(played), wall(-60) / 1000);
  });

  test('keeps that time when the record of the backup is gone', () => {
    const steps = [
      { at: 0, volumes: [standby('b--60')], backups: [done(-60)] },
      { at: 10, backups: [done(-10)] },
    ];
    assert.equal(until(play(steps)), wall(-60) / 1000);
  });

  test('has no time for a backup without a record', () => {
    assert.equal(until(play([{ at: 0, volumes: [standby('other')], backups: [done(-60)] }])), undefined);
  });

  test('has no time for an older backup once it restored another', () => {
    const steps = [
      { at: 0, volumes: [standby('b--60')], backups: [done(-60)] },
      { at: 10, volumes: [standby('other')] },
    ];
    assert.equal(until(play(steps)), undefined);
  });

  test('has no such time once it is no longer a standby volume', () => {
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
