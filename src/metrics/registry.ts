/** Brings a table of families, and the metrics of the process, into prom-client's registry. */

import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { Time } from '../clock.ts';
import { type Family, labelsOf, samplesOf, type Table } from './family.ts';

/** Registers a table of families whose samples are read from `view()` at each scrape, as they are then. */
export function registerTable<T>(
  registry: Registry,
  table: Table<T>,
  view: () => { object: T; now: Time },
): void {
  for (const family of table.families) registerFamily(registry, family, view);
}

function registerFamily<T>(
  registry: Registry,
  family: Family<T>,
  view: () => { object: T; now: Time },
): void {
  const { name, help, type } = family;
  const labelNames = [...labelsOf(family)];
  const samples = function* () {
    const { object, now } = view();
    for (const [value, ...labels] of samplesOf(family, object, now)) {
      if (value !== undefined)
        yield { value, labels: Object.fromEntries(labels.map((l, i) => [labelNames[i], l])) };
    }
  };
  const options = { name, help, labelNames, registers: [registry] };
  if (type === 'counter') {
    new Counter({
      ...options,
      collect() {
        this.reset();
        for (const { value, labels } of samples()) this.inc(labels, value);
      },
    });
  } else {
    new Gauge({
      ...options,
      collect() {
        this.reset();
        // reset() leaves an unlabelled gauge at 0; what is not known must be absent.
        if (labelNames.length === 0) this.remove();
        for (const { value, labels } of samples()) this.set(labels, value);
      },
    });
  }
}

/** prom-client's own metrics of the process; the rest of them says nothing an operator asks for. */
export function registerProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (/^nodejs_(?!eventloop_lag_|heap_)/.test(name)) registry.removeSingleMetric(name);
  }
}
