/** What the exporter of a node has to serve now: what one that just started would make of the lists of this moment. */

import { type Cluster, seededRandom } from '../../simulator/index.ts';
import { createWire, listText } from '../../simulator/wire.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { BACKUP_TARGET_TABLE } from '../../src/metrics/backup-target.ts';
import { renderTable } from '../../src/metrics/render.ts';
import { SNAPSHOT_TABLE } from '../../src/metrics/snapshot.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import { present, presentSnapshots } from '../../test/support/series.ts';
import { createQuietStore } from '../quiet-store.ts';

export function truthOf(cluster: Cluster, node: string): string[] {
  const clock = { now: () => ({ monotonic: 1_000, wall: cluster.now() }), after: () => () => {} };
  const { store } = createQuietStore(clock, node);
  const wire = createWire(cluster, 'http://10.42.0.1:9500');
  for (const stream of STREAMS) {
    const bytes = Buffer.from(listText(wire.list(stream, '5s')));
    store.message(stream, bytes, 1_000);
  }
  for (const volume of store.owned()) {
    const body = Buffer.from(wire.snapshots(volume, seededRandom(1)));
    store.response('sweep', volume, { status: 200, body, askedAt: 1_000, tookMs: 0 });
  }
  const object = store.view();
  const { now } = object;
  const text = [
    renderTable(VOLUME_TABLE, object.served.volumes, now),
    renderTable(SNAPSHOT_TABLE, object.served.snapshots, now),
    renderTable(BACKUP_TABLE, object.served.backups, now),
    renderTable(BACKUP_TARGET_TABLE, object.served.targets, now),
  ];
  return shownOf(text.join(''));
}

/** What of a page can be compared with the truth. */
export const shownOf = (page: string): string[] => [...present(page), ...presentSnapshots(page)];
