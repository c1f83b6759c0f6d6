/** Connections that fail, or that are open but silent. */

import { setTimeout } from 'node:timers/promises';
import type { Manager } from '../../../simulator/index.ts';
import { SPEED } from '../fast-time.ts';
import { clear, errors, type Fault, reconnectAll, STALE } from '../fault.ts';

/** The deadline for a first list doubles when it is missed, and may just have begun again; then a backoff, a list, a sweep. */
const DOUBLED = 2 * 60 + 30 + 5 + 10;

/** How a silent stream ends: after a recent ping it looks like an unchanged list. */
const GIVEN_UP =
  /^longhorn_exporter_stream_(errors_total\{stream="volumes",reason="silent"|resyncs_total\{stream="volumes")/;
const RESYNCED = /^longhorn_exporter_stream_resyncs_total\{stream="volumes"\}/;

/** With a ping every 15 s, a random delay up to this falls before a ping or after one. */
const UNTIL_A_PING_MS = 20_000 / SPEED;

/** A fault of the manager that affects every new connection; drops the existing ones. */
const onReconnect = (setFault: (manager: Manager) => void): Pick<Fault, 'begin' | 'end'> => ({
  begin({ manager }) {
    setFault(manager);
    manager.faults.drop();
  },
  end: clear,
});

export const CONNECTIONS: readonly Fault[] = [
  {
    kind: 'port closed',
    weight: 2,
    lasts: 30,
    begin({ manager }) {
      manager.faults.refuse();
      manager.faults.drop();
    },
    end: ({ manager }) => manager.faults.accept(),
    symptom: errors('connect'),
    downWithin: 15,
  },
  {
    kind: 'every response has status 503',
    weight: 2,
    lasts: 30,
    ...onReconnect(({ faults }) => faults.set('status', 503)),
    symptom: errors('connect'),
    downWithin: 15,
  },
  {
    kind: 'every response has status 503, for longer than STALE_AFTER',
    weight: 1,
    lasts: STALE,
    ...onReconnect(({ faults }) => faults.set('status', 503)),
    symptom: errors('connect'),
    downWithin: 15,
    withdraws: /\{volume="|^longhorn_backup_target_/,
  },
  {
    kind: 'no response to the handshake',
    weight: 1,
    lasts: 80,
    ...onReconnect(({ faults }) => faults.set('hangHandshake', true)),
    symptom: errors('connect'),
    downWithin: 75,
  },
  {
    kind: 'nothing after the handshake',
    weight: 1,
    lasts: 130,
    ...onReconnect(({ faults }) => faults.set('hang', true)),
    symptom: errors('silent'),
    downWithin: 125,
    recoveryLimit: DOUBLED,
  },
  {
    kind: 'every list fails silently',
    weight: 1,
    lasts: 130,
    ...onReconnect(({ faults }) => faults.set('silent', true)),
    symptom: errors('silent'),
    downWithin: 125,
    recoveryLimit: DOUBLED,
  },
  {
    kind: 'half-open connections',
    weight: 3,
    lasts: 0,
    async prepare(pod, random) {
      await reconnectAll(pod);
      await setTimeout(random() * UNTIL_A_PING_MS);
    },
    begin: ({ manager }) => manager.faults.halfOpen(),
    symptom: GIVEN_UP,
  },
  {
    kind: 'wake-ups stolen',
    weight: 2,
    lasts: 0,
    endsAfterRecovery: true,
    prepare: reconnectAll,
    begin({ manager }) {
      manager.faults.set('starve', true);
    },
    end: clear,
    symptom: RESYNCED,
  },
];
