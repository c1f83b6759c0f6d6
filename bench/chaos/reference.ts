/** The reference state: what the exporter of a node must serve now, which is what a new one would serve. */

import { type Cluster, seededRandom } from '../../simulator/index.ts';
import { createWire, listText } from '../../simulator/wire.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { BACKUP_TARGET_TABLE } from '../../src/metrics/backup-target.ts';
import { renderTable } from '../../src/metrics/render.ts';
import { SNAPSHOT_TABLE } from '../../src/metrics/snapshot.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import { effectiveRobustness } from '../../src/state/health.ts';
import type { View } from '../../src/store.ts';
import { currentSnapshotState, currentState } from '../../test/support/series.ts';
import { createQuietStore } from '../quiet-store.ts';

export interface Reference {
  readonly lines: readonly string[];
  /** Whether the value of a line depends on earlier lists, so that it cannot be compared. */
  readonly dependsOnHistory: (line: string) => boolean;
}

export function referenceOf(cluster: Cluster, node: string): Reference {
  const clock = { now: () => ({ monotonic: 1_000, wall: cluster.now() }), after: () => () => {} };
  const { store } = createQuietStore(clock, node);
  const wire = createWire(cluster, 'http://10.42.0.1:9500');
  for (const stream of STREAMS) {
    const bytes = Buffer.from(listText(wire.list(stream, '5s')));
    store.message(stream, bytes, 1_000);
  }
  for (const volume of store.owned()) {
    const body = Buffer.from(wire.snapshots(volume, seededRandom(1)));
    store.response('sweep', volume, { status: 200, body, requestedAt: 1_000, tookMs: 0 });
  }
  const view = store.view();
  const { now } = view;
  const text = [
    renderTable(VOLUME_TABLE, view.served.volumes, now),
    renderTable(SNAPSHOT_TABLE, view.served.snapshots, now),
    renderTable(BACKUP_TABLE, view.served.backups, now),
    renderTable(BACKUP_TARGET_TABLE, view.served.targets, now),
  ];
  const dependsOnHistory = historyDependence(view);
  const lines = comparable(text.join('')).filter((line) => !dependsOnHistory(line));
  return { lines, dependsOnHistory };
}

/** The lines of an exposition that the reference state contains too. */
const comparable = (exposition: string): string[] => [
  ...currentState(exposition),
  ...currentSnapshotState(exposition),
];

/** The differences between an exposition and the reference state. */
export function differences(exposition: string, { lines, dependsOnHistory }: Reference): string[] {
  const served = comparable(exposition).filter((line) => !dependsOnHistory(line));
  return [
    ...served.filter((line) => !lines.includes(line)).map((line) => `serves ${line}`),
    ...lines.filter((line) => !served.includes(line)).map((line) => `misses ${line}`),
  ];
}

const VOLUME = /[{,]volume="([^"]*)"/;
const ROBUSTNESS = /^longhorn_volume_(healthy|degraded|faulted|unknown)\{/;

/**
 * Until its engine is polled, a volume keeps the robustness that it had; a replica without a mode is waiting only if it
 * never had one; and a failed backup remains the last failure after it was deleted.
 */
function historyDependence({ state }: View): Reference['dependsOnHistory'] {
  const attaching = new Set<string>();
  const waiting = new Set<string>();
  for (const [name, { facts, replicas }] of state.volumes) {
    if (effectiveRobustness(facts) === 'waiting') attaching.add(name);
    if ([...(replicas.byName?.values() ?? [])].some(({ status }) => status === 'waiting')) waiting.add(name);
  }
  return (line) => {
    const volume = VOLUME.exec(line)?.[1] ?? '';
    if (line.startsWith('longhorn_backup_last_failed{')) return true;
    if (ROBUSTNESS.test(line)) return attaching.has(volume);
    return waiting.has(volume) && /status="(waiting|stopped)"/.test(line);
  };
}
