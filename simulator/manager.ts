/** One simulated longhorn-manager: serves a cluster's streams and routes on a port, with faults to break them. */

import type { Cluster } from './cluster.ts';
import { createFaultTable, type FaultTable, needsList } from './faults.ts';
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
  /** 0: any free port. */
  port?: number;
  /** The port opens after this time; until then, connections are refused. */
  lateOpeningMs?: number;
  /** How often a handler pings its client. */
  keepAliveMs?: number;
  informerMs?: number;
  /** A client must read a message within this time, or nothing more is ever written to it. */
  writeWaitMs?: number;
  closeLingerMs?: number;
  periodScale?: number;
  /** How long building a list takes; 0 by default. */
  listCostMs?: (volumes: number, stream: Stream) => number;
  random?: Random;
}

/** Faults from the table stay until cleared; the others apply to existing connections. */
export interface Faults extends FaultTable {
  /** Destroys connections. */
  drop(stream?: Stream): void;
  /** These connections stop transferring bytes in both directions, but TCP stays open. */
  halfOpen(stream?: Stream): void;
  /** Closes the port; connections stay. */
  refuse(): void;
  /** Opens the port again. */
  accept(): Promise<void>;
}

export interface Manager {
  readonly node: string;
  /** The start of all links: `http://127.0.0.1:9500`. */
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  readonly stats: Stats;
  /** Stops everything immediately. Starting a manager on the same port afterwards simulates a restart. */
  stop(): Promise<void>;
}

/** The values of longhorn-manager 1.12.1. */
const REAL = { keepAliveMs: 15_000, informerMs: 30_000, writeWaitMs: 10_000, closeLingerMs: 30_000 };

export async function startManager(options: ManagerOptions): Promise<Manager> {
  const { cluster, node, port = 0, lateOpeningMs = 0 } = options;
  const random = options.random ?? seededRandom(1);
  const durations = { ...REAL, ...options };
  const stats = createStats();

  const faults: FaultTable = createFaultTable((fault, stream) => {
    if (fault === 'starve') wakeups.drain(stream);
    else if (needsList(fault)) wakeups.wake(stream);
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
    // The port was opened only to learn its number.
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
