/** One exporter: four subscriptions fold into a store, and a server renders it. */

import type { Logger } from 'pino';
import { type Clock, systemClock } from './clock.ts';
import type { Settings } from './config/settings.ts';
import { createExposition } from './exposition.ts';
import { serve } from './http/server.ts';
import { createJournal } from './journal.ts';
import { STREAMS } from './longhorn/streams.ts';
import { createStore } from './store.ts';
import { silenceLimit } from './stream/policy.ts';
import { subscribe } from './stream/subscription.ts';
import { VERSION } from './version.ts';

export interface Surroundings {
  readonly log: Logger;
  readonly clock?: Clock;
  /** 0 to below 1. */
  readonly random?: () => number;
  /** How many settings were invalid. */
  readonly configErrors?: number;
}

export interface Exporter {
  /** The port it serves on, once it does. */
  readonly listening: Promise<number>;
  /** Counts an error that nobody else caught. */
  internalError(error: unknown): void;
  /** Ends connections, timers and server; resolves when all are gone. */
  stop(): Promise<void>;
}

export function startExporter(settings: Settings, surroundings: Surroundings): Exporter {
  const { log, clock = systemClock(), random = Math.random, configErrors = 0 } = surroundings;
  const { longhornUrl, minPeriod: period, silenceLimit: silenceSetting } = settings;
  const exposition = createExposition();
  const store = createStore(
    {
      node: settings.scope === 'owned' ? settings.nodeName : undefined,
      staleAfter: Math.max(settings.staleAfter, 3 * period),
      period,
      silenceSetting,
      silence: silenceLimit(silenceSetting, period),
      configErrors,
      version: VERSION,
    },
    createJournal(log, exposition.histograms),
    clock,
  );
  const internalError = (error: unknown) => {
    store.internalError();
    log.error({ err: error }, 'internal error; please report it');
  };

  const stopping = new AbortController();
  const { signal } = stopping;
  let nowListening: (port: number) => void;
  const listening = new Promise<number>((resolve) => {
    nowListening = resolve;
  });
  const running = STREAMS.map((stream) =>
    subscribe(
      stream,
      { url: longhornUrl, period, silence: silenceSetting },
      {
        event: (event) => store.event(stream, event),
        message(bytes) {
          try {
            return store.message(stream, bytes);
          } catch (error) {
            internalError(error);
            return undefined;
          }
        },
      },
      clock,
      random,
      signal,
    ),
  );
  const serving = serve(
    settings.listenAddress,
    { metrics: () => exposition.render(store), version: VERSION },
    {
      listening(port) {
        log.info({ port }, 'serving');
        nowListening(port);
      },
      unavailable: (error) => log.error({ err: error }, 'cannot serve; trying again'),
      failed: internalError,
    },
    clock,
    signal,
  );
  return {
    listening,
    internalError,
    async stop() {
      stopping.abort();
      await Promise.all([...running, serving]);
    },
  };
}
