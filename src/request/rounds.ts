/** Visits names one after the other, evenly spread over an interval, round after round. */

import { type Clock, sleep } from '../clock.ts';

export interface Rounds {
  /** The names of the next round. */
  readonly names: () => readonly string[];
  /** How long a round shall take, in milliseconds; undefined: there is nothing to do for now. */
  readonly interval: () => number | undefined;
  /** Never rejects. */
  readonly visit: (name: string) => Promise<void>;
  /** A round over at least one name has ended; it took so many milliseconds. */
  readonly ended: (tookMs: number) => void;
}

/** How soon it is asked again whether there is something to do. */
const IDLE_MS = 1_000;

export async function visitInRounds(rounds: Rounds, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const names = rounds.interval() === undefined ? [] : rounds.names();
    const started = clock.now().monotonic;
    for (const name of names) {
      const due = clock.now().monotonic + (rounds.interval() ?? 0) / names.length;
      if (signal.aborted) return;
      await rounds.visit(name);
      await sleep(clock, Math.max(0, due - clock.now().monotonic), signal);
    }
    if (names.length > 0) rounds.ended(clock.now().monotonic - started);
    else await sleep(clock, IDLE_MS, signal);
  }
}
