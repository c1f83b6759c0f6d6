/** One real exporter that serves the whole cluster (EXPORT=all), in the time that a story tells. No network. */

import { STREAMS } from '../src/longhorn/streams.ts';
import type { RequestKind } from '../src/requests/status.ts';
import { VERSION } from '../src/version.ts';
import { createReplay } from '../test/support/replay.ts';
import type { Action, StoryStream } from './recorded.ts';

/** The request of the exporter that each action responds to. */
const REQUESTS: { readonly [A in Action]: RequestKind } = {
  snapshotCRList: 'sweep',
  recurringJobList: 'jobs',
};

/** The time that a manager takes which is not busy. */
const TOOK_MS = 5;

export type PlayedExporter = ReturnType<typeof createExporter>;

export function createExporter(start: number) {
  const began = new Date(start).toISOString();
  const replay = createReplay(began, { version: VERSION });
  const { store } = replay;
  for (const stream of STREAMS) store.streamEvent(stream, { type: 'opened' });

  return {
    /** Moves to a moment, in milliseconds since the start. */
    at: (ms: number): void => replay.at(began, ms),
    message: (stream: StoryStream, bytes: Buffer): void => replay.message(stream, bytes),
    /** The volumes that it asks for. */
    volumes: (): readonly string[] => store.owned(),
    response(action: Action, volume: string, body: Buffer): void {
      const request = REQUESTS[action];
      try {
        const askedAt = replay.now().monotonic;
        store.response(request, volume, { status: 200, body, askedAt, tookMs: TOOK_MS });
        store.requestEvent(request, { type: 'succeeded', tookMs: TOOK_MS });
      } catch (error) {
        store.requestEvent(request, { type: 'failed', detail: (error as Error).message, tookMs: TOOK_MS });
      }
    },
    /** All volumes have been asked for. */
    sweepEnded: (): void => store.requestEvent('sweep', { type: 'round', tookMs: TOOK_MS }),
    /** The text of a scrape, without the metrics of this process. */
    scrape: (): Promise<string> => replay.scrape(),
  };
}
