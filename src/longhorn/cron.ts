/** Parses a schedule as a Kubernetes CronJob does: five fields, macros like `@daily`, `@every 1h`, optional `CRON_TZ=` prefix. */

import { Cron } from 'croner';
import { parseDuration } from '../config/duration.ts';

export interface Schedule {
  /** The first run after a time, both in Unix milliseconds; undefined if there is none. */
  readonly next: (after: number) => number | undefined;
}

/** The lowest and highest value of each field. */
const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** At most this many runs are skipped: daylight saving time starts once a year. */
const MAX_SKIPPED = 10;

/** `timeZone`: for schedules without a time zone. Throws if the text is not a schedule, or its time zone is unknown. */
export function parseSchedule(text: string, timeZone: string): Schedule {
  const [, zone = timeZone, pattern = ''] = /^\s*(?:(?:CRON_)?TZ=(\S+)\s+)?(.*?)\s*$/s.exec(text) ?? [];
  const every = /^@every\s+(\S+)$/.exec(pattern)?.[1];
  if (every !== undefined) return everySchedule(every);
  // Throws if the time zone is unknown; the library would notice that only when it computes a run.
  new Intl.DateTimeFormat('en', { timeZone: zone });
  // Without a time zone the library needs no formatted dates, and is eight times as fast.
  const place = zone === 'UTC' ? { utcOffset: 0 } : { timezone: zone };
  const cron = new Cron(normalize(pattern), { ...place, paused: true, mode: '5-part' });
  // The library searches a thousand years for a day such as 30 February, which takes 20 ms; many volumes may share the job.
  let never = false;
  return {
    next(after) {
      if (never) return undefined;
      let run = cron.nextRun(new Date(after));
      never = run === null;
      // When daylight saving time starts, the library delays jobs of the skipped hour; Kubernetes does not run them.
      for (let i = 0; run !== null && !cron.match(run) && i < MAX_SKIPPED; i++) run = cron.nextRun(run);
      return run?.getTime();
    },
  };
}

/** Kubernetes counts the interval from the last run. */
function everySchedule(duration: string): Schedule {
  const ms = parseDuration(duration);
  if (ms === undefined || ms < 1_000) throw new Error(`@every ${duration} is not a valid interval`);
  return { next: (after) => after + ms };
}

/** Rewrites what Kubernetes accepts and the library does not: `5/15` is `5-59/15`, and a step may exceed the field. */
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
