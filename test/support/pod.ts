/** A simulated manager with an exporter, both running faster than real time. */

import { pino } from 'pino';
import { type Cluster, type Manager, type ManagerOptions, startManager } from '../../simulator/index.ts';
import { readSettings } from '../../src/config/settings.ts';
import { startExporter } from '../../src/exporter.ts';
import { fastClock } from './clock.ts';
import { newLimits } from './quiet.ts';

/** How much faster; the silence limit of a minute takes a second. */
export const SPEED = 60;

const scaled = (ms: number): number => ms / SPEED;

/** The durations of a real manager, scaled to the time of the test. */
const TIMINGS = {
  keepAliveMs: scaled(15_000),
  informerMs: scaled(30_000),
  writeWaitMs: scaled(10_000),
  closeLingerMs: scaled(30_000),
  periodScale: 1 / SPEED,
};

export interface Pod {
  readonly manager: Manager;
  /** The exposition as Prometheus would get it. */
  scrape(): Promise<string>;
  /** Kills the manager, and starts another one with this cluster on the same port. */
  restartManager(cluster: Cluster): Promise<void>;
  /** Stops only the exporter, and starts another one. */
  restartExporter(): Promise<void>;
  stop(): Promise<void>;
}

export interface PodOptions {
  readonly node: string;
  /** Whether the exporter serves only what the node owns. */
  readonly owned?: boolean;
  readonly manager?: Partial<ManagerOptions>;
  /** Starts a proxy for the manager at this port; returns the port that the exporter connects to. */
  readonly proxy?: (port: number) => Promise<number>;
  readonly environment?: Readonly<Record<string, string>>;
}

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

export async function startPod(
  cluster: Cluster,
  { node, owned = false, manager = {}, proxy, environment = {} }: PodOptions,
): Promise<Pod> {
  let running = await startManager({ cluster, node, ...TIMINGS, ...manager });
  const { settings } = readSettings({
    LONGHORN_URL: proxy ? `http://127.0.0.1:${await proxy(running.port)}` : running.url,
    LISTEN_ADDRESS: '127.0.0.1:0',
    ...(owned && { NODE_NAME: node }),
    ...environment,
  });
  // On a fast clock lists seem expensive; other tests cover the budget.
  const start = () =>
    startExporter(
      { ...settings, managerBudget: 1_000 },
      { log: log.child({ node }), limits: newLimits(), clock: fastClock(SPEED) },
    );
  let exporter = start();
  return {
    get manager() {
      return running;
    },
    async restartManager(newCluster) {
      await running.stop();
      running = await startManager({ cluster: newCluster, node, port: running.port, ...TIMINGS });
    },
    async scrape() {
      const response = await fetch(`http://127.0.0.1:${await exporter.listening}/metrics`);
      if (response.status !== 200) throw new Error(`/metrics responded with status ${response.status}`);
      return response.text();
    },
    async restartExporter() {
      await exporter.stop();
      exporter = start();
    },
    async stop() {
      await Promise.all([exporter.stop(), running.stop()]);
    },
  };
}
