/** Checks every scrape of one exporter against its previous scrapes and what really happened. */

import { samples } from '../../test/support/series.ts';
import { COUNTED_EVENTS, type CountedEvent, type Counts, type History, keyOf } from './history.ts';

export interface Watch {
  /** Checks one scrape. */
  see(text: string): void;
  /** Call when it serves the reference state: by then it has noticed every recreated volume. */
  settle(): void;
  /** The events that the exporter has counted since it started. */
  counted(): Counts;
  /** The number of events since it started and since the volume of this key was created. */
  actualCount(key: string): number;
}

/** A volume's counter of seconds may grow by the elapsed time plus this, after a gap. */
const LONGEST_GAP_SECONDS = 130;

const COUNTER = /_(total|count|bucket|sum)(\{|$)/;
const VOLUME = /[{,]volume="([^"]*)"/;
const SECONDS = /^longhorn_volume_(degraded|faulted)_seconds_total\{/;

const eventOf = (series: string): CountedEvent | undefined =>
  COUNTED_EVENTS.find((name) => series.startsWith(`${name}{`));

/** `onInconsistency`: called with every inconsistency. `now`: in seconds of fast time. */
export function watchExporter(
  history: History,
  now: () => number,
  onInconsistency: (message: string) => void,
): Watch {
  const atStart = history.counts();
  const last = new Map<string, { value: number; at: number }>();
  const lives = new Map(history.lives());
  let counted = new Map<string, number>();

  const happened = () => {
    const all = [...history.counts()];
    return new Map(all.map(([key, value]) => [key, value - (atStart.get(key) ?? 0)]));
  };

  function checkBackwards(current: ReadonlyMap<string, number>): void {
    const fallen = new Set<string>();
    for (const [series, value] of current) {
      if (!COUNTER.test(series)) continue;
      const before = last.get(series);
      const volume = VOLUME.exec(series)?.[1];
      if (before !== undefined && value < before.value) {
        if (volume === undefined) onInconsistency(`decreases: ${series} from ${before.value} to ${value}`);
        else fallen.add(volume);
      }
      if (before !== undefined && SECONDS.test(series)) {
        const more = value - before.value - (now() - before.at);
        if (more > LONGEST_GAP_SECONDS)
          onInconsistency(`grows by ${more} s more than the elapsed time: ${series}`);
      }
      last.set(series, { value, at: now() });
    }
    // The counters of a recreated volume start at zero, once; some of its series appear later than others.
    for (const volume of fallen) {
      const now = history.lives().get(volume) ?? 0;
      if (now <= (lives.get(volume) ?? 1)) onInconsistency(`decreases: counters of the volume ${volume}`);
      lives.set(volume, now);
      for (const series of last.keys()) {
        if (VOLUME.exec(series)?.[1] === volume && !current.has(series)) last.delete(series);
      }
    }
  }

  function compare(most: Counts): void {
    for (const [key, value] of counted) {
      const times = most.get(key) ?? 0;
      if (value > times) onInconsistency(`counted ${value} times, happened ${times} times: ${key}`);
    }
  }

  return {
    see(text) {
      const current = samples(text);
      checkBackwards(current);
      const sums = new Map<string, number>();
      for (const [series, value] of current) {
        const what = eventOf(series);
        const volume = VOLUME.exec(series)?.[1];
        if (what === undefined || volume === undefined) continue;
        const key = keyOf(volume, what);
        sums.set(key, (sums.get(key) ?? 0) + value);
      }
      counted = sums;
      compare(happened());
    },
    settle: () => compare(history.countsOfLife()),
    counted: () => counted,
    actualCount: (key) => Math.min(happened().get(key) ?? 0, history.countsOfLife().get(key) ?? 0),
  };
}
