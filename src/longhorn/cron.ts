/** Reads a schedule as a Kubernetes CronJob does: five fields, `@daily` and the like, `@every 1h`, `CRON_TZ=` before them. */

import { Cron } from 'croner';
import { parseDuration } from '../config/duration.ts';

export interface Schedule {
  /** The first run after a time, both in Unix milliseconds; undefined when there is none. */
  readonly next: (after: number) => number | undefined;
}

/** The lowest and the highest value of each field. */
const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** A time that matches is skipped at most so often: summer time begins once a year. */
const MOST_SKIPPED = 10;

/** `timeZone`: for schedules that name none. Throws when the text is no schedule, or names a time zone nobody knows. */
export function parseSchedule(text: string, timeZone: string): Schedule {
  const [, zone = timeZone, pattern = ''] = /^\s*(?:(?:CRON_)?TZ=(\S+)\s+)?(.*?)\s*$/s.exec(text) ?? [];
  const every = /^@every\s+(\S+)$/.exec(pattern)?.[1];
  if (every !== undefined) return everySchedule(every);
  // The library looks at the time zone only when a run is computed. This throws when nobody knows it.
  new Intl.DateTimeFormat('en', { timeZone: zone });
  const cron = new Cron(normalize(pattern), { timezone: zone, paused: true, mode: '5-part' });
  return {
    next(after) {
      let run = cron.nextRun(new Date(after));
      // When summer time begins, the library runs a job of the hour that is skipped later; Kubernetes does not run it.
      for (let i = 0; run !== null && !cron.match(run) && i < MOST_SKIPPED; i++) run = cron.nextRun(run);
      return run?.getTime();
    },
  };
}

/** Kubernetes counts the interval from the last run on. */
function everySchedule(duration: string): Schedule {
  const ms = parseDuration(duration);
  if (ms === undefined || ms < 1_000) throw new Error(`@every ${duration} is no interval`);
  return { next: (after) => after + ms };
}

/** What Kubernetes accepts and the library does not: `5/15` is `5-59/15`, and a step may be larger than the field. */
function normalize(pattern: string): string {
  if (/^@[a-z]+$/i.test(pattern)) return pattern;
  const fields = pattern.split(/\s+/);
  if (fields.length !== FIELDS.length) throw new Error(`a schedule has five fields, not ${fields.length}`);
  return fields.map((field, i) => normalizeField(field, FIELDS[i] as readonly [number, number])).join(' ');
}

function normalizeField(field: string, [lowest, highest]: readonly [number, number]): string {
  const parts = field.split(',').map((part) => {
    const [, range = '', step] = /^([^/]*)\/(\d+)$/.exec(part) ?? [];
    if (step === undefined) return part;
    const open = range === '*' || range === '?';
    const from = open ? `${lowest}` : (/^[^-]*/.exec(range)?.[0] ?? '');
    if (Number(step) > highest) return from;
    return open || range.includes('-') ? part : `${from}-${highest}/${step}`;
  });
  return parts.join(',');
}
