/** One exporter: subscriptions and rounds of requests fold into a store, and a server renders it. */

import type { Logger } from 'pino';
import { aborted, type Clock, sleep, systemClock } from './clock.ts';
import type { Settings } from './config/settings.ts';
import { debugAnswer } from './debug/routes.ts';
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
  /** How many settings were invalid. */
  readonly configErrors?: number;
}

export interface Exporter {
  /** The port it serves on, once it does. */
  readonly listening: Promise<number>;
  /** Counts an error that nobody caught, and restarts all that reads from Longhorn: it may have been left half-done. */
  uncaught(error: unknown): void;
  /** Ends connections, timers and server; resolves when all are gone. */
  stop(): Promise<void>;
}

/** A task that ended by a bug of ours is started again after so long. */
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

  /** Runs a task until we stop, whatever bug it may throw. */
  async function supervise(task: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await task().catch(store.internalError);
      await sleep(clock, RESTART_MS, signal);
    }
  }

  /** Aborted, and replaced, when an error that nobody caught may have left those that read from Longhorn half-done. */
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
          return debugAnswer(request, view, view.now);
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
