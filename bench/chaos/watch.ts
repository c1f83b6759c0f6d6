/** Checks every scrape of one exporter against its previous scrapes and the events of the cluster. */

import { samples } from '../../test/support/series.ts';
import { COUNTED_EVENTS, type CountedEvent, type Counts, type History, keyOf } from './history.ts';

export interface Watch {
  /** Checks one scrape. */
  check(text: string): void;
  /** Checks the counts when it serves the reference state, which proves that it has noticed every recreated volume. */
  checkRecovered(): void;
  /** The events that the exporter has counted since it started. */
  counted(): Counts;
  /** The number of events since it started and since the volume of this key was created. */
  actualCount(key: string): number;
}

/** How much more than the elapsed time a volume's counter of seconds may grow after a gap. */
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
  const creations = new Map(history.creations());
  let counted = new Map<string, number>();

  const happened = () => {
    const all = [...history.counts()];
    return new Map(all.map(([key, value]) => [key, value - (atStart.get(key) ?? 0)]));
  };

  function checkDecreases(current: ReadonlyMap<string, number>): void {
    const decreased = new Set<string>();
    for (const [series, value] of current) {
      if (!COUNTER.test(series)) continue;
      const before = last.get(series);
      const volume = VOLUME.exec(series)?.[1];
      if (before !== undefined && value < before.value) {
        if (volume === undefined) onInconsistency(`decreases: ${series} from ${before.value} to ${value}`);
        else decreased.add(volume);
      }
      if (before !== undefined && SECONDS.test(series)) {
        const excess = value - before.value - (now() - before.at);
        if (excess > LONGEST_GAP_SECONDS)
          onInconsistency(`grows by ${excess} s more than the elapsed time: ${series}`);
      }
      last.set(series, { value, at: now() });
    }
    // The counters of a recreated volume start at zero, once; some of its series appear later than others.
    for (const volume of decreased) {
      const created = history.creations().get(volume) ?? 0;
      if (created <= (creations.get(volume) ?? 1))
        onInconsistency(`decreases: counters of the volume ${volume}`);
      creations.set(volume, created);
      for (const series of last.keys()) {
        if (VOLUME.exec(series)?.[1] === volume && !current.has(series)) last.delete(series);
      }
    }
  }

  function compare(actual: Counts): void {
    for (const [key, value] of counted) {
      const times = actual.get(key) ?? 0;
      if (value > times) onInconsistency(`counted ${value} times, happened ${times} times: ${key}`);
    }
  }

  return {
    check(text) {
      const current = samples(text);
      checkDecreases(current);
      const sums = new Map<string, number>();
      for (const [series, value] of current) {
        const event = eventOf(series);
        const volume = VOLUME.exec(series)?.[1];
        if (event === undefined || volume === undefined) continue;
        const key = keyOf(volume, event);
        sums.set(key, (sums.get(key) ?? 0) + value);
      }
      counted = sums;
      compare(happened());
    },
    checkRecovered: () => compare(history.countsSinceCreation()),
    counted: () => counted,
    actualCount: (key) => Math.min(happened().get(key) ?? 0, history.countsSinceCreation().get(key) ?? 0),
  };
}
