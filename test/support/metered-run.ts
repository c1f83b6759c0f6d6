/** An exporter and a metered manager, both on one clock that advances from timer to timer. */

import { pino } from 'pino';
import { getCostMs, JOBS_COST_MS, listCostMs, sweepCostMs } from '../../docs/budget-model.ts';
import { readSettings } from '../../src/config/settings.ts';
import { startExporter } from '../../src/exporter.ts';
import { manualClock } from './clock.ts';
import { type Metered, type MeteredOptions, type Prices, startMetered, type Use } from './metered.ts';
import { newLimits } from './quiet.ts';
import { samples } from './series.ts';

/** What requests cost a real manager, from the table at the start of docs/budget.md. */
export const REAL_PRICES: Prices = {
  list: (stream, volumes) =>
    ({ volumes: listCostMs(volumes), backups: volumes / 5, nodes: 1, backuptargets: 1, recurringjobs: 1 })[
      stream
    ],
  sweep: sweepCostMs,
  jobs: () => JOBS_COST_MS,
  get: getCostMs,
};

export interface RunOptions extends Partial<MeteredOptions> {
  readonly budget?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface MeteredRun {
  readonly manager: Metered;
  /** Seconds since the start. */
  seconds(): number;
  /** Seconds of one core spent so far, in total or by use. */
  spent(use?: Use): number;
  /** Advances to this many seconds after the start; calls `onScrape` with a scrape at intervals. */
  until(second: number, everyS?: number, onScrape?: (metric: Scrape) => void): Promise<void>;
  scrape(): Promise<Scrape>;
  stop(): Promise<void>;
}

/** Looks up a sample in the exposition by its series without the prefix `longhorn_`; NaN if it is absent. */
export type Scrape = (series: string) => number;

export async function startMeteredRun(options: RunOptions): Promise<MeteredRun> {
  const clock = manualClock();
  const manager = await startMetered(clock, {
    volumes: 10,
    nodes: 10,
    prices: REAL_PRICES,
    busy: true,
    volumeBytes: 150,
    ...options,
  });
  const { settings } = readSettings({
    LONGHORN_URL: `http://127.0.0.1:${manager.port}`,
    LISTEN_ADDRESS: '127.0.0.1:0',
    NODE_NAME: 'node-1',
    MANAGER_BUDGET: String(options.budget ?? 0.05),
    ...options.environment,
  });
  const startedAt = clock.now().monotonic;
  const now = () => clock.now().monotonic;
  const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });
  const exporter = startExporter(settings, { log, limits: newLimits(), clock, random: () => 0.5 });
  const port = await exporter.listening;

  async function scrape(): Promise<Scrape> {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const found = samples(text);
    return (series) => found.get(`longhorn_${series}`) ?? Number.NaN;
  }

  return {
    manager,
    scrape,
    seconds: () => (now() - startedAt) / 1000,
    spent(use) {
      const uses = use === undefined ? Object.values(manager.spent) : [manager.spent[use]];
      return uses.reduce((sum, ms) => sum + ms, 0) / 1000;
    },
    async until(second, everyS = Number.POSITIVE_INFINITY, onScrape = () => {}) {
      const end = startedAt + second * 1000;
      let nextSample = now() + everyS * 1000;
      await manager.settle();
      while (now() < end) {
        const [timer = Number.POSITIVE_INFINITY] = clock.timers;
        clock.advance(Math.max(0, Math.min(now() + timer, nextSample, end) - now()));
        await manager.settle();
        if (now() < nextSample) continue;
        nextSample += everyS * 1000;
        onScrape(await scrape());
      }
    },
    async stop() {
      const stopped = exporter.stop();
      await manager.settle();
      // Stopping waits for pending requests, at most until they time out.
      clock.advance(60_000);
      await manager.settle();
      manager.stop();
      await stopped;
    },
  };
}

/** The age of the oldest volume, in seconds, on the manual clock. */
export const ageOfOldest = (metric: Scrape, run: MeteredRun): number =>
  WALL_START / 1000 + run.seconds() - metric('exporter_oldest_volume_timestamp_seconds');

const WALL_START = 1_790_000_000_000;
