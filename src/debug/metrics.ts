/** The metrics of one object, served or not: the debug pages take their facts from the same tables as a scrape. */

import type { Time } from '../clock.ts';
import { labelsOf, samplesOf, type Table } from '../metrics/family.ts';

/** One series. */
export interface Metric {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Whether a scrape of this moment gets it. */
  readonly served: boolean;
  readonly help: string;
}

/** `served`: whether this exporter serves the object now. */
export function metricsOf<T>(table: Table<T>, object: T, served: boolean, now: Time): Metric[] {
  const identity = table.identify(object).map((value, index) => [table.labels[index] ?? '', value] as const);
  return table.families.flatMap((family) => {
    const names = labelsOf(family);
    return [...samplesOf(family, object, now)].flatMap(([value, ...texts]) => {
      if (value === undefined || !Number.isFinite(value)) return [];
      const own = texts.map((text, index) => [names[index] ?? '', text] as const);
      const labels = Object.fromEntries([...identity, ...own]);
      return [{ name: family.name, labels, value, served, help: family.help }];
    });
  });
}

/** Reads the value of a family without labels of its own; a name that no row has is a mistake of ours. */
export function reader<T>(table: Table<T>, name: string): (object: T, now: Time) => number | undefined {
  const family = table.families.find((row) => row.name === name);
  if (family === undefined || !('value' in family)) throw new Error(`no such family of one series: ${name}`);
  return family.value;
}
