/** One node: a simulated manager, and beside it the production build as a process of its own, both in fast time. */

import { type Cluster, type Manager, seededRandom, startManager } from '../../simulator/index.ts';
import { type ExporterProcess, startExporterProcess } from '../exporter-process.ts';
import { FAST, fastNow, SPEED } from './fast-time.ts';
import type { History } from './history.ts';
import { type Watch, watchExporter } from './watch.ts';

/** Seconds of the exporter's world that a sweep over the snapshots takes: so few that no fault is waited for long. */
export const SWEEP = 5;

/** What a manager does in so many milliseconds of the world. */
const MANNERS = {
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
  /** The last page. */
  readonly page: string;
  /** Megabytes, over all its processes. */
  peak(): number;
  scrape(): Promise<string>;
  stopManager(): Promise<void>;
  startManager(): Promise<void>;
  /** As when its node loses power. */
  die(): Promise<void>;
  comeBack(): Promise<void>;
}

/** `build`: the exporter's. `wrong` hears of its lies. */
export async function startPod(
  node: string,
  build: string,
  history: History,
  wrong: (lie: string) => void,
): Promise<Pod> {
  const cluster: Cluster = history.cluster;
  const random = seededRandom(1);
  let manager = await startManager({ cluster, node, random, ...MANNERS });
  let page = '';
  let peak = 0;
  let alive = true;
  let exporter: ExporterProcess;
  let watch: Watch;
  async function startExporter(): Promise<void> {
    // What happens before its first list it cannot know of, but what happens from here on it may.
    watch = watchExporter(
      history,
      () => fastNow() / 1000,
      (lie) => wrong(`${node}: ${lie}`),
    );
    exporter = await startExporterProcess(
      {
        NODE_NAME: node,
        LONGHORN_URL: manager.url,
        SNAPSHOT_SWEEP_INTERVAL: `${SWEEP}s`,
        // Time is fast, so lists seem to cost much.
        MANAGER_BUDGET: '1',
        LOG_LEVEL: 'info',
      },
      { build, flags: FAST },
    );
  }
  await startExporter();
  const note = () => {
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
    get page() {
      return page;
    },
    peak() {
      note();
      return peak;
    },
    async scrape() {
      const text = await exporter.scrape();
      watch.see(text);
      page = text;
      return text;
    },
    stopManager: () => manager.stop(),
    async startManager() {
      manager = await startManager({ cluster, node, random, port: manager.port, ...MANNERS });
    },
    async die() {
      note();
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
