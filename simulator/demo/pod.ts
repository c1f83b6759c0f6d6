// What runs on one node of the demo: a manager, and the exporter beside it.
import { pino } from 'pino';
import { readSettings } from '../../src/config/settings.ts';
import { startExporter } from '../../src/exporter.ts';
import { createLimits, newLimitCounts } from '../../src/limits.ts';
import { type Cluster, type Manager, seededRandom, startManager } from '../index.ts';

export type Pod = Readonly<{
  manager: Manager;
  /** Resolves when the exporter serves. */
  listening: Promise<number>;
  stop: () => Promise<void>;
}>;

export type PodOptions = Readonly<{
  node: string;
  /** The exporter's. */
  port: number;
  /** Whether exporters share the volumes, or this one serves all. */
  shared: boolean;
  seed: number;
}>;

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

export async function startPod(cluster: Cluster, { node, port, shared, seed }: PodOptions): Promise<Pod> {
  const manager = await startManager({ cluster, node, random: seededRandom(seed) });
  const { settings } = readSettings({
    LONGHORN_URL: manager.url,
    LISTEN_ADDRESS: `:${port}`,
    MIN_PERIOD: '1s',
    // Quick enough to see a snapshot come and go; a real cluster has five minutes.
    SNAPSHOT_SWEEP_INTERVAL: '5s',
    // Managers and exporters share this process, so lists seem dearer than they are.
    MANAGER_BUDGET: '1',
    ...(shared && { NODE_NAME: node }),
  });
  const exporter = startExporter(settings, {
    log: log.child({ node }),
    limits: createLimits(newLimitCounts(), log),
  });
  return {
    manager,
    listening: exporter.listening,
    async stop() {
      await Promise.all([exporter.stop(), manager.stop()]);
    },
  };
}
