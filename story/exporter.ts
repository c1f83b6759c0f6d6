/** One real exporter that serves the whole cluster (EXPORT=all), on the story's clock and without a network. */

import { STREAMS } from '../src/longhorn/streams.ts';
import type { RequestKind } from '../src/requests/status.ts';
import { VERSION } from '../src/version.ts';
import { createReplay } from '../test/support/replay.ts';
import type { Action, StoryStream } from './recorded.ts';

/** The exporter's kind of request for each action. */
const REQUESTS: { readonly [A in Action]: RequestKind } = {
  snapshotCRList: 'sweep',
  recurringJobList: 'jobs',
};

/** The response time of an idle manager. */
const TOOK_MS = 5;

export type PlayedExporter = ReturnType<typeof createExporter>;

export function createExporter(start: number) {
  const began = new Date(start).toISOString();
  const replay = createReplay(began, { version: VERSION });
  const { store } = replay;
  for (const stream of STREAMS) store.streamEvent(stream, { type: 'opened' });

  return {
    /** Advances the clock, to milliseconds since the start. */
    at: (ms: number): void => replay.at(began, ms),
    message: (stream: StoryStream, bytes: Buffer): void => replay.message(stream, bytes),
    /** The volumes that it sends requests for. */
    volumes: (): readonly string[] => store.owned(),
    response(action: Action, volume: string, body: Buffer): void {
      const request = REQUESTS[action];
      try {
        const requestedAt = replay.now().monotonic;
        store.response(request, volume, { status: 200, body, requestedAt, tookMs: TOOK_MS });
        store.requestEvent(request, { type: 'succeeded', tookMs: TOOK_MS });
      } catch (error) {
        store.requestEvent(request, { type: 'failed', detail: (error as Error).message, tookMs: TOOK_MS });
      }
    },
    /** All volumes have been requested. */
    sweepEnded: (): void => store.requestEvent('sweep', { type: 'round', tookMs: TOOK_MS }),
    /** The text of a scrape, without the metrics of this process. */
    scrape: (): Promise<string> => replay.scrape(),
  };
}
