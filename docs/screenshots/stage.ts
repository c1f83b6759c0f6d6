// A simulated cluster and an exporter whose clock can jump: an evening passes in a minute and is the same every time.

import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { type Cluster, createCluster, type Manager, startManager } from '../../simulator/index.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { readSettings } from '../../src/config/settings.ts';
import type { OverviewJson } from '../../src/debug/overview.ts';
import { startExporter } from '../../src/exporter.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';

const BEGIN = Date.UTC(2026, 10, 23, 21);
const MINUTE = 60_000;
/** How long the exporter may take, in real milliseconds, to show a change. */
const TIMEOUT_MS = 30_000;
/** Short, so that a wake-up consumed by the handler of a lost connection is soon followed by another. */
const TIMINGS = { keepAliveMs: 1_000, informerMs: 500 };

export type Stage = Readonly<{
  cluster: Cluster;
  manager: Manager;
  /** Where the exporter serves. */
  url: string;
  overview: () => Promise<OverviewJson>;
  /** Waits until the exporter has seen all changes, lets so many minutes pass, then waits for fresh lists. */
  later: (minutes: number) => Promise<void>;
  /** The same while Longhorn is unreachable. */
  laterWithout: (minutes: number, isSeen: (overview: OverviewJson) => boolean) => Promise<void>;
  stop: () => Promise<void>;
}>;

export const startStage = async (): Promise<Stage> => {
  let skipped = 0;
  const real = systemClock();
  const begun = real.now().monotonic;
  const clock: Clock = {
    now: () => {
      const passed = real.now().monotonic - begun + skipped;
      return { monotonic: passed, wall: BEGIN + passed };
    },
    after: real.after,
  };
  const cluster = createCluster({ volumes: 12, backups: 24, nodes: 3, seed: 7, now: () => clock.now().wall });
  // The simulated periods are short to save time; the exporter assumes the usual ones.
  const manager = await startManager({ cluster, node: 'node-1', periodScale: 1 / 20, ...TIMINGS });
  const { settings } = readSettings({
    LONGHORN_URL: manager.url,
    LISTEN_ADDRESS: '127.0.0.1:0',
    NODE_NAME: 'node-1',
  });
  // Beyond what the settings allow: do not wait for the next round, and accept that a request during which time jumps looks expensive.
  const exporter = startExporter(
    { ...settings, sweepInterval: 200, managerBudget: 1_000_000 },
    { log: pino({ level: 'silent' }), clock },
  );
  const url = `http://127.0.0.1:${await exporter.listening}`;
  const overview = async (): Promise<OverviewJson> => {
    const response = await fetch(`${url}/debug.json`);
    if (response.status !== 200) throw new Error(`/debug.json returned status ${response.status}`);
    return (await response.json()) as OverviewJson;
  };

  const until = async (isSeen: (overview: OverviewJson) => boolean, what: string) => {
    const deadline = performance.now() + TIMEOUT_MS;
    while (!isSeen(await overview())) {
      if (performance.now() > deadline) throw new Error(`the exporter does not show ${what}`);
      await wait(20);
    }
  };

  /** Changes every list in a field that the exporter does not read, and waits until it has received all lists. */
  const receiveAll = async () => {
    const since = clock.now().wall;
    const mark = String(since);
    for (const { name } of cluster.nodes.list().slice(0, 1)) {
      cluster.nodes.change(name, (node) => ({ ...node, reason: mark }));
    }
    for (const { name } of cluster.backuptargets.list().slice(0, 1)) {
      cluster.backuptargets.change(name, (target) => ({ ...target, message: mark }));
    }
    for (const { name } of cluster.recurringjobs.list().slice(0, 1)) {
      cluster.recurringjobs.change(name, (job) => ({ ...job, executionCount: job.executionCount + 1 }));
    }
    for (const { name } of cluster.volumes.list().slice(0, 1)) {
      cluster.volumes.change(name, (volume) => ({ ...volume, dataLocality: mark }));
    }
    for (const { name } of cluster.backups.list().slice(0, 1)) {
      cluster.backups.change(name, (backup) => ({ ...backup, labels: { mark } }));
    }
    const isNew = (time: string | undefined) => time !== undefined && Date.parse(time) > since;
    // A round during which time jumped seems to have taken hours.
    const isShort = (seconds = Number.POSITIVE_INFINITY) => seconds < 60;
    await until(
      ({ streams, requests }) =>
        streams.every(({ lastMessage }) => isNew(lastMessage)) &&
        isNew(requests.sweep.lastRoundEnded) &&
        isShort(requests.sweep.lastRoundSeconds),
      'lists of all streams',
    );
  };

  await until(
    ({ streams }) => streams.length === STREAMS.length && streams.every(({ live }) => live),
    'live streams',
  );
  return {
    cluster,
    manager,
    url,
    overview,
    later: async (minutes) => {
      await receiveAll();
      skipped += minutes * MINUTE;
      await receiveAll();
    },
    laterWithout: async (minutes, isSeen) => {
      await until(isSeen, 'that Longhorn is unreachable');
      skipped += minutes * MINUTE;
    },
    stop: async () => {
      await Promise.all([exporter.stop(), manager.stop()]);
    },
  };
};
