/** Replays recorded messages into a store at times chosen by the test. */

import { readFileSync } from 'node:fs';
import type { Clock } from '../../src/clock.ts';
import type { StreamName } from '../../src/longhorn/streams.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import type { RequestKind } from '../../src/requests/status.ts';
import { createStore, type StoreOptions } from '../../src/store.ts';
import { newLimits, silentLog } from './quiet.ts';

/** Recurring jobs were recorded only in the cluster `phases`. */
const RECORDING_OF_JOBS: Readonly<Record<string, string>> = {
  'cluster-recurringjobs': 'phases-recurringjobs',
  'empty-recurringjobs': 'phases-jobless-recurringjobs',
  'story-recurringjobs': 'phases-jobless-recurringjobs',
};

/** The messages of a recorded file, including the newline, as the manager sent them. */
export const recorded = (version: string, name: string): Buffer[] =>
  readFileSync(
    new URL(`../fixtures/${version}/${RECORDING_OF_JOBS[name] ?? name}.jsonl`, import.meta.url),
    'utf8',
  )
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(`${line}\n`));

/** Every setting at its default, and all volumes served. */
export const STORE_OPTIONS: StoreOptions = {
  node: undefined,
  minPeriod: 5_000,
  silence: 60_000,
  staleAfter: 300_000,
  sweepInterval: 300_000,
  budget: 0.05,
  timeZone: 'UTC',
  configErrors: 0,
  version: 'test',
};

export function createReplay(start: string, options: Partial<StoreOptions> = {}) {
  let wall = Date.parse(start);
  let wallOffset = 0;
  const clock: Clock = {
    // The monotonic clock starts at an arbitrary value; nothing may depend on it.
    now: () => ({ monotonic: wall - Date.parse(start) + 4_242, wall: wall + wallOffset }),
    after: () => () => {},
  };
  const limits = newLimits();
  const exposition = createExposition(limits, { processMetrics: false });
  const store = createStore(
    { ...STORE_OPTIONS, ...options },
    { log: silentLog, limits, histograms: exposition.histograms },
    clock,
  );
  return {
    store,
    /** Moves to a time, an ISO string or `HH:MM:SS` of the first day, plus some milliseconds. */
    at(time: string, plusMs = 0) {
      wall = Date.parse(time.includes('T') ? time : `${start.slice(0, 10)}T${time}Z`) + plusMs;
    },
    /** Sets the wall clock forward or back, as an operator or NTP would. */
    stepWall(ms: number) {
      wallOffset += ms;
    },
    message(stream: StreamName, message: Buffer) {
      store.message(stream, message, clock.now().monotonic);
    },
    /** The manager's response to a request for one volume. */
    response(kind: RequestKind, volume: string, body: Buffer) {
      store.response(kind, volume, { status: 200, body, requestedAt: clock.now().monotonic, tookMs: 1 });
    },
    now: () => clock.now(),
    /** The text of a scrape, without the metrics of this process. */
    async scrape(): Promise<string> {
      return (await exposition.texts(store.view())).join('');
    },
    /** The exposition without the lines that differ between runs or Longhorn releases. */
    async text(): Promise<string> {
      const text = (await exposition.texts(store.view())).join('');
      const varying = /^(# (HELP|TYPE) )?longhorn_exporter_(build_info|stream_received)/;
      return text
        .split('\n')
        .filter((line) => line !== '' && !varying.test(line))
        .join('\n')
        .concat('\n');
    },
  };
}

export type Replay = ReturnType<typeof createReplay>;
