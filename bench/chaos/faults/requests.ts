/** Requests that fail while the streams go on: the snapshots stay what they were until they are stale. */

import { clear, type Fault, STALE } from '../fault.ts';

const FAILED = /^longhorn_exporter_snapshot_sweep_errors_total/;

/**
 * Time-outs look dear, and so a sweep takes its time for a while: the last one, then 40 s in all, a whole sweep, and
 * the resync that tells that a volume without snapshots is still there.
 */
const DEAR = 10 + 40 + 5 + 60;

const always = { on: 'rest', times: Number.POSITIVE_INFINITY } as const;
const common = { end: clear, told: FAILED, staysUp: true };

export const REQUESTS: readonly Fault[] = [
  {
    kind: 'requests hang',
    weight: 2,
    lasts: 45,
    begin({ manager }) {
      manager.faults.set('hangHandshake', true, always);
    },
    bound: DEAR,
    ...common,
  },
  {
    kind: 'answers to requests stop in the middle',
    weight: 1,
    lasts: 45,
    begin({ manager }) {
      manager.faults.set('halfFrame', true, always);
    },
    bound: DEAR,
    ...common,
  },
  {
    kind: 'requests are cut off in the middle of the answer',
    weight: 2,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('truncate', true, always);
    },
    ...common,
  },
  {
    kind: 'garbage for requests',
    weight: 1,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('garbage', '<html>502 Bad Gateway</html>', always);
    },
    ...common,
  },
  {
    kind: 'requests are answered with status 500',
    weight: 1,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('status', 500, always);
    },
    ...common,
  },
  {
    kind: 'requests are answered with status 500, for longer than STALE_AFTER',
    weight: 1,
    lasts: STALE,
    begin({ manager }) {
      manager.faults.set('status', 500, always);
    },
    withdraws: /^longhorn_volume_snapshot(s|_bytes|_oldest|_newest)/,
    ...common,
  },
];
