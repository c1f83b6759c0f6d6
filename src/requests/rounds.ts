/** Visits names one after the other, evenly spread over an interval, round after round. */

import { type Clock, sleep } from '../clock.ts';

export interface Rounds {
  /** The names of the next round. */
  readonly names: () => readonly string[];
  /** How long a round over so many names shall take, in milliseconds; undefined: there is nothing to do for now. */
  readonly interval: (count: number) => number | undefined;
  /** Whether the visit succeeded. Never rejects. */
  readonly visit: (name: string) => Promise<boolean>;
  /** A round over at least one name has ended; it took so many milliseconds. */
  readonly ended: (tookMs: number) => void;
}

/** How soon it is asked again whether there is something to do. */
const IDLE_MS = 1_000;

/** After a visit that failed the next one waits at least so long: a manager that is away is not to be hammered. */
const FAILED_MS = 5_000;

export async function visitInRounds(rounds: Rounds, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const names = rounds.interval(1) === undefined ? [] : rounds.names();
    const started = clock.now().monotonic;
    if (names.length === 0) await sleep(clock, IDLE_MS, signal);
    else if (await visitAll(names, rounds, clock, signal)) rounds.ended(clock.now().monotonic - started);
  }
}

/** Whether the round came to its end. */
async function visitAll(
  names: readonly string[],
  rounds: Rounds,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  for (const name of names) {
    const interval = rounds.interval(names.length);
    if (signal.aborted || interval === undefined) return false;
    const started = clock.now().monotonic;
    const gap = interval / names.length;
    const succeeded = await rounds.visit(name);
    const due = started + (succeeded ? gap : Math.max(gap, FAILED_MS));
    await sleep(clock, Math.max(0, due - clock.now().monotonic), signal);
  }
  return !signal.aborted;
}
