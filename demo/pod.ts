/** One node of the demo: a manager and its exporter. */

import { pino } from 'pino';
import { type Cluster, type Manager, seededRandom, startManager } from '../simulator/index.ts';
import { readSettings } from '../src/config/settings.ts';
import { startExporter } from '../src/exporter.ts';

export interface Pod {
  readonly manager: Manager;
  /** Resolves when the exporter listens. */
  readonly listening: Promise<number>;
  stop(): Promise<void>;
}

export interface PodOptions {
  readonly node: string;
  /** The exporter's port. */
  readonly port: number;
  /** Whether exporters share the volumes, or this one serves all of them. */
  readonly shared: boolean;
  readonly seed: number;
}

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

export async function startPod(cluster: Cluster, { node, port, shared, seed }: PodOptions): Promise<Pod> {
  const manager = await startManager({ cluster, node, random: seededRandom(seed) });
  const { settings } = readSettings({
    LONGHORN_URL: manager.url,
    LISTEN_ADDRESS: `:${port}`,
    MIN_PERIOD: '1s',
    // Fast enough to see a snapshot appear and disappear; the default is five minutes.
    SNAPSHOT_SWEEP_INTERVAL: '5s',
    // Managers and exporters share this process, so lists seem more expensive than they are.
    MANAGER_BUDGET: '1',
    ...(shared && { NODE_NAME: node }),
  });
  const exporter = startExporter(settings, { log: log.child({ node }) });
  return {
    manager,
    listening: exporter.listening,
    async stop() {
      await Promise.all([exporter.stop(), manager.stop()]);
    },
  };
}
