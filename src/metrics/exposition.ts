/** Puts the whole answer to a scrape together: our tables, then prom-client's registry, all of one moment. */

import { Registry } from 'prom-client';
import type { Limits } from '../limits.ts';
import type { Store } from '../store.ts';
import { BACKUP_TABLE } from './backup.ts';
import { BACKUP_TARGET_TABLE } from './backup-target.ts';
import { EXPORTER_TABLE } from './exporter.ts';
import { createHistograms, type Histograms } from './histograms.ts';
import { registerProcessMetrics, registerTable } from './registry.ts';
import { createRenderer } from './render.ts';
import { SNAPSHOT_TABLE } from './snapshot.ts';
import { VOLUME_TABLE } from './volume.ts';

export interface Exposition {
  readonly histograms: Histograms;
  /** The text of a scrape; reads memory only. */
  render(store: Store): Promise<Buffer>;
}

export function createExposition(limits: Limits): Exposition {
  const registry = new Registry();
  const histograms = createHistograms(registry, limits);
  const renderVolumes = createRenderer(VOLUME_TABLE);
  const renderSnapshots = createRenderer(SNAPSHOT_TABLE);
  const renderBackups = createRenderer(BACKUP_TABLE);
  const renderTargets = createRenderer(BACKUP_TARGET_TABLE);
  let view: ReturnType<Store['view']> | undefined;
  registerTable(registry, EXPORTER_TABLE, () => {
    if (view === undefined) throw new Error('collected outside of a scrape');
    return view;
  });
  registerProcessMetrics(registry);
  return {
    histograms,
    async render(store) {
      view = store.view();
      const { object, now } = view;
      histograms.targets(object.state.targets);
      // Every collect() runs before the first await, so two scrapes at once do not see each other's view.
      const own = registry.metrics();
      const { volumes, snapshots, backups, targets } = object.served;
      const tables = [
        ...renderVolumes(volumes, now),
        ...renderSnapshots(snapshots, now),
        ...renderBackups(backups, now),
        ...renderTargets(targets, now),
      ];
      return Buffer.concat([...tables, Buffer.from(await own)]);
    },
  };
}
