/** Everything known of one volume, as `/debug/volumes/NAME` and its JSON show it. Field names are documented and stable. */

import type { Time } from '../clock.ts';
import type { VolumeEvent } from '../events.ts';
import { BACKUP_TABLE } from '../metrics/backup.ts';
import { SNAPSHOT_TABLE } from '../metrics/snapshot.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import { snapshotSeries, zonesOf } from '../state/served.ts';
import type { Volume } from '../state/state.ts';
import type { View } from '../store.ts';
import { type EventRow, volumeEvents } from './events.ts';
import { listKnownUntil, volumeKnownUntil } from './known-until.ts';
import { type Metric, metricsOf } from './metrics.ts';
import { knownBackups, type VolumeRow, volumeRow } from './volume-row.ts';

export interface VolumePage {
  /** RFC 3339. */
  readonly time: string;
  readonly volume: VolumeRow;
  /** Why it is served here, or who serves it. */
  readonly why: string;
  /** Its series with their last known values, whether they are served or not. */
  readonly metrics: readonly Metric[];
  /** What was seen to happen to it, the newest first. */
  readonly events: readonly EventRow[];
}

/** Undefined when there is no such volume. */
export function volumePage(name: string, view: View, now: Time): VolumePage | undefined {
  const { state, served, timeline } = view;
  const volume = state.volumes.get(name);
  if (volume === undefined) return undefined;
  const series = served.volumes.find((each) => each.volume === volume);
  const here = series !== undefined;
  const until = {
    volume: volumeKnownUntil(name, view, now),
    backup: listKnownUntil('backups', view, now),
    owner: listKnownUntil('nodes', view, now),
  };
  return {
    time: new Date(now.wall).toISOString(),
    volume: volumeRow(volume, view, here, now),
    why: whyServed(name, here, view),
    metrics: [
      ...metricsOf(VOLUME_TABLE, series ?? { volume, zones: zonesOf(state.nodes) }, here, now),
      ...snapshotSeries(state, volume, Number.POSITIVE_INFINITY, now).flatMap((series) =>
        metricsOf(SNAPSHOT_TABLE, series, isServed(served.snapshots, volume), now),
      ),
      ...(knownBackups(state, volume) ?? []).flatMap((series) =>
        metricsOf(BACKUP_TABLE, series, isServed(served.backups, volume), now),
      ),
    ],
    events: volumeEvents(timeline.byVolume.get(name) ?? [], (event) => until[sourceOf(event)], now),
  };
}

const isServed = (series: readonly { readonly volume: Volume }[], volume: Volume): boolean =>
  series.some((each) => each.volume === volume);

/** Whose list would tell that what this event began has ended. */
const sourceOf = ({ type }: VolumeEvent): 'volume' | 'backup' | 'owner' =>
  type === 'owner_changed' ? 'owner' : type === 'backup_started' ? 'backup' : 'volume';

function whyServed(name: string, here: boolean, { state, node }: View): string {
  if (node === undefined) {
    return here
      ? 'This exporter serves every volume (EXPORT=all).'
      : 'Nothing is served: the last list of volumes is too old.';
  }
  if (state.nodes === undefined) return 'Nothing is served: this exporter has not heard of any nodes yet.';
  const owner = state.owners.byName.get(name);
  if (owner === undefined) return 'Nobody owns it: no node is listed.';
  if (owner !== node) {
    const listed = state.nodes.has(node) ? '' : ` This exporter's own node, ${node}, is not listed.`;
    return `Its owner is ${owner}: the exporter there serves it.${listed}`;
  }
  return here
    ? `This node, ${node}, owns it: of all Ready nodes it scores highest for this name.`
    : `This node, ${node}, owns it, but its series are withdrawn: the lists they need are too old.`;
}
