/** Renders the response to a scrape: our tables, then prom-client's registry, all for the same point in time. */

import { Registry } from 'prom-client';
import type { Limits } from '../limits.ts';
import type { View } from '../store.ts';
import { BACKUP_TABLE } from './backup.ts';
import { BACKUP_TARGET_TABLE } from './backup-target.ts';
import { EXPORTER_TABLE } from './exporter.ts';
import { type Table, withoutDeprecated } from './family.ts';
import { createHistograms, type Histograms, registerProcessMetrics } from './histograms.ts';
import { NODE_TABLE } from './node.ts';
import { renderTable } from './render.ts';
import { SCHEDULE_TABLE } from './schedule.ts';
import { SNAPSHOT_TABLE } from './snapshot.ts';
import { VOLUME_TABLE } from './volume.ts';

export interface Exposition {
  readonly histograms: Histograms;
  /** The text of a scrape, in pieces of whole families. Reads memory only. */
  texts(view: View): Promise<string[]>;
  /** The same as the bytes of a response. */
  render(view: View): Promise<Buffer>;
}

/**
 * `processMetrics`: whether to include metrics of this process, which take most of a small scrape's time.
 * `deprecated`: whether to include metrics that are kept for compatibility only.
 */
export function createExposition(
  limits: Limits,
  { processMetrics = true, deprecated = true } = {},
): Exposition {
  const served = <T>(table: Table<T>): Table<T> => (deprecated ? table : withoutDeprecated(table));
  const families = {
    volumes: served(VOLUME_TABLE),
    snapshots: served(SNAPSHOT_TABLE),
    backups: served(BACKUP_TABLE),
    targets: served(BACKUP_TARGET_TABLE),
    schedules: served(SCHEDULE_TABLE),
    nodes: served(NODE_TABLE),
    exporter: served(EXPORTER_TABLE),
  };
  const registry = new Registry();
  const histograms = createHistograms(registry, limits);
  if (processMetrics) registerProcessMetrics(registry);

  async function texts(view: View): Promise<string[]> {
    const { now } = view;
    histograms.keepTargets(view.state.targets);
    // Every collect() runs before the first await, so all of them read the same state.
    const registered = registry.metrics();
    const { volumes, snapshots, backups, targets, schedules, nodes } = view.served;
    const tables = [
      renderTable(families.volumes, volumes, now),
      renderTable(families.snapshots, snapshots, now),
      renderTable(families.backups, backups, now),
      renderTable(families.targets, targets, now),
      renderTable(families.schedules, schedules, now),
      renderTable(families.nodes, nodes, now),
      renderTable(families.exporter, [view], now),
    ];
    return [...tables, await registered];
  }

  return {
    histograms,
    texts,
    render: async (view) => Buffer.concat((await texts(view)).map((text) => Buffer.from(text))),
  };
}
