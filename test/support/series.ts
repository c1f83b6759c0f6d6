/** Reads expositions, and compares what is served with the state of a cluster. */

import type { Cluster } from '../../simulator/index.ts';
import { createWire, listText } from '../../simulator/wire.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { createReplay } from './replay.ts';

/** Families of volumes, backups and targets that show only the current state. */
const CURRENT_STATE = new RegExp(
  `^longhorn_(${[
    'volume_(healthy|degraded|faulted|unknown|attached|scheduled|restoring|info)',
    'volume_replicas(_desired|_status)?',
    'volume_rebuild_progress_ratio',
    'volume_backups',
    'backup_last_(latency_ms|latency_seconds|success_timestamp_seconds|size_bytes|uploaded_bytes|failed)',
    'backup_progress_ratio',
    'backup_target_available',
  ].join('|')})\\{`,
);

/** The same for snapshots, which come with the sweeps and not with the lists. */
const CURRENT_SNAPSHOT_STATE =
  /^longhorn_volume_snapshot(s|s_removing|s_with_error|_bytes|_(oldest|newest)_timestamp_seconds)\{/;

/** The samples of an exposition, by series; throws if a series is there twice. */
export function samples(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const end = line.lastIndexOf(' ');
    const series = line.slice(0, end);
    if (found.has(series)) throw new Error(`served twice: ${series}`);
    found.set(series, Number(line.slice(end + 1)));
  }
  return found;
}

const linesOf = (text: string, families: RegExp): string[] =>
  text
    .split('\n')
    .filter((line) => families.test(line))
    .sort();

/** The lines about the current state of volumes, backups and targets. */
export const currentState = (text: string): string[] => linesOf(text, CURRENT_STATE);

/** The lines about the current state of snapshots. */
export const currentSnapshotState = (text: string): string[] => linesOf(text, CURRENT_SNAPSHOT_STATE);

/** The reference for `currentState`: what an exporter serves that has received nothing but the current lists. */
export async function expectedState(cluster: Cluster): Promise<string[]> {
  const replay = createReplay(new Date(cluster.now()).toISOString());
  const wire = createWire(cluster, 'http://10.42.0.1:9500');
  for (const stream of STREAMS) replay.message(stream, Buffer.from(listText(wire.list(stream, '5s'))));
  return currentState(await replay.text());
}
