/** One simulated longhorn-manager: a port with streams and routes over a cluster, and the faults to break them. */

import type { Cluster } from './cluster.ts';
import { createFaultTable, type FaultTable, needsAList } from './faults.ts';
import { createListener, HOST } from './listener.ts';
import type { Stream } from './model.ts';
import { type Random, seededRandom } from './random.ts';
import { createRoutes } from './routes.ts';
import { createStats, type Stats } from './stats.ts';
import { createStreams } from './streams.ts';
import { startWakeups } from './wakeups.ts';
import { createWire } from './wire.ts';

export interface ManagerOptions {
  cluster: Cluster;
  /** The node this manager runs on. */
  node: string;
  /** 0 for any free one. */
  port?: number;
  /** The port opens only after this long; until then connections are refused. */
  lateOpeningMs?: number;
  /** How often a handler pings its client. */
  keepAliveMs?: number;
  informerMs?: number;
  /** A client must take a message within this long, or nothing more is ever written to it. */
  writeWaitMs?: number;
  closeLingerMs?: number;
  periodScale?: number;
  /** How long building a list takes; nothing unless given. */
  listCostMs?: (volumes: number, stream: Stream) => number;
  random?: Random;
}

/** Faults that stay until cleared are in the table; the rest happen to the connections there are. */
export interface Faults extends FaultTable {
  /** Destroys connections. */
  drop(stream?: Stream): void;
  /** On these connections no bytes flow any more, in either direction, though TCP stays open. */
  halfOpen(stream?: Stream): void;
  /** Closes the port; connections stay. */
  refuse(): void;
  /** Opens the port again. */
  accept(): Promise<void>;
}

export interface Manager {
  readonly node: string;
  /** `http://127.0.0.1:9500`, as all links begin. */
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  readonly stats: Stats;
  /** Kills everything at once; a manager started on the same port afterwards is its restart. */
  stop(): Promise<void>;
}

/** What longhorn-manager 1.12.1 does in reality. */
const REAL = { keepAliveMs: 15_000, informerMs: 30_000, writeWaitMs: 10_000, closeLingerMs: 30_000 };

export async function startManager(options: ManagerOptions): Promise<Manager> {
  const { cluster, node, port = 0, lateOpeningMs = 0 } = options;
  const random = options.random ?? seededRandom(1);
  const durations = { ...REAL, ...options };
  const stats = createStats();

  const faults: FaultTable = createFaultTable((fault, stream) => {
    if (fault === 'starve') wakeups.drain(stream);
    else if (needsAList(fault)) wakeups.wake(stream);
  });
  const wakeups = startWakeups(cluster, {
    informerMs: durations.informerMs,
    isStolen: (stream) => faults.isOn('starve', stream),
  });
  const shared = { wire: () => wire, faults, stats, random };
  const streams = createStreams({
    listCostMs: () => 0,
    periodScale: 1,
    ...durations,
    ...shared,
    wakeups,
  });
  const listener = createListener(createRoutes(shared), streams.onUpgrade);
  const actualPort = await listener.open(port);
  const url = `http://${HOST}:${actualPort}`;
  const wire = createWire(cluster, url);
  const open = async () => {
    await listener.open(actualPort);
  };
  let lateOpening: NodeJS.Timeout | undefined;
  if (lateOpeningMs > 0) {
    // The port had to be taken once, to know its number.
    listener.close();
    lateOpening = setTimeout(open, lateOpeningMs);
  }

  return {
    node,
    url,
    port: actualPort,
    stats,
    faults: {
      ...faults,
      drop(stream) {
        for (const connection of streams.connections(stream)) connection.destroy();
      },
      halfOpen(stream) {
        for (const connection of streams.connections(stream)) connection.freeze();
      },
      refuse: listener.close,
      accept: open,
    },
    async stop() {
      clearTimeout(lateOpening);
      wakeups.stop();
      streams.stop();
      await listener.destroy();
    },
  };
}
