/** A simulated manager and an exporter next to it, both running faster than real time. */

import { pino } from 'pino';
import { type Cluster, type Manager, type ManagerOptions, startManager } from '../../simulator/index.ts';
import { readSettings } from '../../src/config/settings.ts';
import { startExporter } from '../../src/exporter.ts';
import { fastClock } from './clock.ts';
import { newLimits } from './quiet.ts';

/** How much faster: the silence limit of a minute takes a second. */
export const SPEED = 60;

const scaled = (ms: number): number => ms / SPEED;

/** Scales a real duration of the manager to the time of the test. */
const MANNERS = {
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
  /** Kills the manager, and starts another one with this cluster on its port. */
  restartManager(cluster: Cluster): Promise<void>;
  /** Stops the exporter alone, and starts another. */
  restartExporter(): Promise<void>;
  stop(): Promise<void>;
}

export interface PodOptions {
  readonly node: string;
  /** Whether the exporter serves only what the node owns. */
  readonly owned?: boolean;
  readonly manager?: Partial<ManagerOptions>;
  /** A proxy between exporter and manager: from the manager's port to the port that the exporter uses. */
  readonly front?: (port: number) => Promise<number>;
  readonly environment?: Readonly<Record<string, string>>;
}

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

export async function startPod(
  cluster: Cluster,
  { node, owned = false, manager = {}, front, environment = {} }: PodOptions,
): Promise<Pod> {
  let running = await startManager({ cluster, node, ...MANNERS, ...manager });
  const { settings } = readSettings({
    LONGHORN_URL: front ? `http://127.0.0.1:${await front(running.port)}` : running.url,
    LISTEN_ADDRESS: '127.0.0.1:0',
    ...(owned && { NODE_NAME: node }),
    ...environment,
  });
  // Time is fast, so lists seem to cost the manager much; other tests cover the budget.
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
    async restartManager(other) {
      await running.stop();
      running = await startManager({ cluster: other, node, port: running.port, ...MANNERS });
    },
    async scrape() {
      const response = await fetch(`http://127.0.0.1:${await exporter.listening}/metrics`);
      if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
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
