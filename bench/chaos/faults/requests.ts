/** Requests that fail while the streams continue: the last known snapshots are served until they are stale. */

import { clear, type Fault, STALE } from '../fault.ts';

const FAILED = /^longhorn_exporter_snapshot_sweep_errors_total/;

/**
 * Timeouts look expensive, so after the last one (10 s) requests are slow for 40 s; then a full sweep, and the resync
 * that confirms a volume without snapshots.
 */
const SLOW_SWEEP = 10 + 40 + 5 + 60;

const always = { on: 'rest', times: Number.POSITIVE_INFINITY } as const;
const common = { end: clear, symptom: FAILED, staysUp: true };

export const REQUESTS: readonly Fault[] = [
  {
    kind: 'requests hang',
    weight: 2,
    lasts: 45,
    begin({ manager }) {
      manager.faults.set('hangHandshake', true, always);
    },
    recoveryLimit: SLOW_SWEEP,
    ...common,
  },
  {
    kind: 'responses to requests stall in the middle',
    weight: 1,
    lasts: 45,
    begin({ manager }) {
      manager.faults.set('halfFrame', true, always);
    },
    recoveryLimit: SLOW_SWEEP,
    ...common,
  },
  {
    kind: 'responses to requests are cut off in the middle',
    weight: 2,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('truncate', true, always);
    },
    ...common,
  },
  {
    kind: 'garbage in response to requests',
    weight: 1,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('garbage', '<html>502 Bad Gateway</html>', always);
    },
    ...common,
  },
  {
    kind: 'responses to requests have status 500',
    weight: 1,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('status', 500, always);
    },
    ...common,
  },
  {
    kind: 'responses to requests have status 500, for longer than STALE_AFTER',
    weight: 1,
    lasts: STALE,
    begin({ manager }) {
      manager.faults.set('status', 500, always);
    },
    withdraws: /^longhorn_volume_snapshot(s|_bytes|_oldest|_newest)/,
    ...common,
  },
];
