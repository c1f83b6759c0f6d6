/** One node: a simulated manager and the production build in a process of its own, both in fast time. */

import { type Cluster, type Manager, seededRandom, startManager } from '../../simulator/index.ts';
import { type ExporterProcess, startExporterProcess } from '../exporter-process.ts';
import { FAST, fastNow, SPEED } from './fast-time.ts';
import type { History } from './history.ts';
import { type Watch, watchExporter } from './watch.ts';

/** Seconds of fast time that a snapshot sweep takes; short, so that faults show soon. */
export const SWEEP = 5;

/** Timings of the manager, in milliseconds of real time. */
const TIMINGS = {
  keepAliveMs: 15_000 / SPEED,
  informerMs: 30_000 / SPEED,
  writeWaitMs: 10_000 / SPEED,
  closeLingerMs: 30_000 / SPEED,
  periodScale: 1 / SPEED,
};

export interface Pod {
  readonly node: string;
  readonly manager: Manager;
  readonly exporter: ExporterProcess;
  readonly watch: Watch;
  readonly alive: boolean;
  /** The last exposition. */
  readonly exposition: string;
  /** Peak memory of all its processes, in megabytes. */
  peak(): number;
  scrape(): Promise<string>;
  stopManager(): Promise<void>;
  startManager(): Promise<void>;
  /** Like a power loss of the node. */
  die(): Promise<void>;
  comeBack(): Promise<void>;
}

/** `build`: the exporter's. `onInconsistency`: called with every inconsistency in what it serves. */
export async function startPod(
  node: string,
  build: string,
  history: History,
  onInconsistency: (message: string) => void,
): Promise<Pod> {
  const cluster: Cluster = history.cluster;
  const random = seededRandom(1);
  let manager = await startManager({ cluster, node, random, ...TIMINGS });
  let exposition = '';
  let peak = 0;
  let alive = true;
  let exporter: ExporterProcess;
  let watch: Watch;
  async function startExporter(): Promise<void> {
    // The exporter cannot count events before its first list, but it may count events from here on.
    watch = watchExporter(
      history,
      () => fastNow() / 1000,
      (message) => onInconsistency(`${node}: ${message}`),
    );
    exporter = await startExporterProcess(
      {
        NODE_NAME: node,
        LONGHORN_URL: manager.url,
        SNAPSHOT_SWEEP_INTERVAL: `${SWEEP}s`,
        // In fast time, lists seem expensive.
        MANAGER_BUDGET: '1',
        LOG_LEVEL: 'info',
      },
      { build, flags: FAST },
    );
  }
  await startExporter();
  const recordPeak = () => {
    if (exporter.ended() === undefined) peak = Math.max(peak, exporter.memory().peak);
  };
  const pod: Pod = {
    node,
    get manager() {
      return manager;
    },
    get exporter() {
      return exporter;
    },
    get watch() {
      return watch;
    },
    get alive() {
      return alive;
    },
    get exposition() {
      return exposition;
    },
    peak() {
      recordPeak();
      return peak;
    },
    async scrape() {
      const text = await exporter.scrape();
      watch.check(text);
      exposition = text;
      return text;
    },
    stopManager: () => manager.stop(),
    async startManager() {
      manager = await startManager({ cluster, node, random, port: manager.port, ...TIMINGS });
    },
    async die() {
      recordPeak();
      alive = false;
      exporter.kill();
      await manager.stop();
    },
    async comeBack() {
      await pod.startManager();
      await startExporter();
      alive = true;
    },
  };
  return pod;
}
