/** One exporter: streams and requests feed a store, and a server renders it. */

import type { Logger } from 'pino';
import { aborted, type Clock, sleep, systemClock } from './clock.ts';
import type { Settings } from './config/settings.ts';
import { debugResponse } from './debug/routes.ts';
import { createCache } from './http/cache.ts';
import { compress } from './http/gzip.ts';
import { serve } from './http/server.ts';
import { createLimits, type Limits, newLimitCounts } from './limits.ts';
import { STREAMS } from './longhorn/streams.ts';
import { createExposition } from './metrics/exposition.ts';
import { createClient } from './requests/client.ts';
import { requestInRounds } from './requests/rounds.ts';
import { REQUEST_KINDS } from './requests/status.ts';
import { createStore } from './store.ts';
import { subscribe } from './stream/subscription.ts';
import { VERSION } from './version.ts';

export interface Dependencies {
  readonly log: Logger;
  readonly limits?: Limits;
  readonly clock?: Clock;
  /** 0 to below 1. */
  readonly random?: () => number;
  /** Number of invalid settings. */
  readonly configErrors?: number;
}

export interface Exporter {
  /** Resolves to the port once the server listens. */
  readonly listening: Promise<number>;
  /** Counts an uncaught error and restarts everything that reads from Longhorn, because it may be in a broken state. */
  uncaught(error: unknown): void;
  /** Closes connections, timers and server; resolves when all are closed. */
  stop(): Promise<void>;
}

/** Delay before a task that ended because of a bug is restarted. */
const RESTART_MS = 30_000;

export function startExporter(settings: Settings, dependencies: Dependencies): Exporter {
  const { log, clock = systemClock(), random = Math.random, configErrors = 0 } = dependencies;
  const { limits = createLimits(newLimitCounts(), log) } = dependencies;
  const exposition = createExposition(limits, { deprecated: settings.deprecatedMetrics });
  const store = createStore(
    {
      node: settings.scope === 'owned' ? settings.nodeName : undefined,
      minPeriod: settings.minPeriod,
      silence: settings.silenceLimit,
      staleAfter: settings.staleAfter,
      sweepInterval: settings.sweepInterval,
      budget: settings.managerBudget,
      timeZone: settings.timeZone,
      configErrors,
      version: VERSION,
    },
    { log, limits, histograms: exposition.histograms },
    clock,
  );
  const stopping = new AbortController();
  const { signal } = stopping;

  /** Runs a task until the exporter stops; restarts it if it throws. */
  async function supervise(task: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await task().catch(store.internalError);
      await sleep(clock, RESTART_MS, signal);
    }
  }

  /** Aborted and replaced on an uncaught error, to restart everything that reads from Longhorn. */
  let restart = new AbortController();
  const superviseReader = (task: (signal: AbortSignal) => Promise<void>): Promise<void> =>
    supervise(async () => {
      const { signal: restartSignal } = restart;
      await Promise.race([task(AbortSignal.any([signal, restartSignal])), aborted(restartSignal)]);
    });

  const source = { url: settings.longhornUrl, silence: settings.silenceLimit };
  const client = createClient(settings.longhornUrl, clock);

  let onListening: (port: number) => void;
  const listening = new Promise<number>((resolve) => {
    onListening = resolve;
  });
  const serving = () =>
    serve(
      settings.listenAddress,
      {
        metrics: createCache(
          { render: () => exposition.render(store.view()), compress, internalError: store.internalError },
          clock,
        ),
        debug(request) {
          const view = store.view();
          return debugResponse(request, view, view.now);
        },
        version: VERSION,
      },
      { log, limits, clock, listening: (port) => onListening(port), internalError: store.internalError },
      signal,
    );
  const running = [
    supervise(serving),
    ...STREAMS.map((stream) =>
      superviseReader((signal) => subscribe(stream, source, store, clock, random, signal)),
    ),
    ...REQUEST_KINDS.map((kind) =>
      superviseReader((signal) => requestInRounds(kind, client, store, clock, signal)),
    ),
  ];

  return {
    listening,
    uncaught(error) {
      store.internalError(error);
      restart.abort();
      restart = new AbortController();
    },
    async stop() {
      stopping.abort();
      client.close();
      await Promise.all(running);
    },
  };
}
