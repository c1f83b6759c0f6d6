/** The two rounds over owned volumes: one for their snapshots, one for volumes that lists refresh too rarely. */

import type { Clock } from '../clock.ts';
import { limitOf } from '../limits.ts';
import type { Answer, Client } from './client.ts';
import { visitInRounds } from './rounds.ts';
import type { RequestEvent, RequestKind } from './status.ts';

export interface VisitListener {
  /** The volumes to visit now. */
  names(kind: RequestKind): readonly string[];
  /** How long a round over so many shall take, in milliseconds; undefined: none. */
  interval(kind: RequestKind, count: number): number | undefined;
  /** Takes an answer in; throws when it cannot be understood. */
  answer(kind: RequestKind, volume: string, answer: Answer): void;
  event(kind: RequestKind, event: RequestEvent): void;
}

export function visitVolumes(
  kind: RequestKind,
  client: Client,
  listener: VisitListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const ask = { sweep: client.listSnapshots, jobs: client.listRecurringJobs, refresh: client.getVolume }[
    kind
  ];
  return visitInRounds(
    {
      names: () => listener.names(kind),
      interval: (count) => listener.interval(kind, count),
      ended: (tookMs) => listener.event(kind, { type: 'round', tookMs }),
      async visit(volume) {
        const started = clock.now().monotonic;
        try {
          const answer = await ask(volume);
          listener.answer(kind, volume, answer);
          listener.event(kind, { type: 'answered', tookMs: answer.tookMs });
          return true;
        } catch (error) {
          const tookMs = clock.now().monotonic - started;
          const detail = (error as Error).message;
          if (!signal.aborted)
            listener.event(kind, { type: 'failed', detail, tookMs, limit: limitOf(error) });
          return false;
        }
      },
    },
    clock,
    signal,
  );
}
