/** What the exporter of a node has to serve now: what one that just started would make of the lists of this moment. */

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
import { present, presentSnapshots } from '../../test/support/series.ts';
import { createQuietStore } from '../quiet-store.ts';

export interface Truth {
  readonly lines: readonly string[];
  /** Whether an exporter that has seen more may serve something else: it remembers how it was before. */
  readonly isRemembered: (line: string) => boolean;
}

export function truthOf(cluster: Cluster, node: string): Truth {
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
  const object = store.view();
  const { now } = object;
  const text = [
    renderTable(VOLUME_TABLE, object.served.volumes, now),
    renderTable(SNAPSHOT_TABLE, object.served.snapshots, now),
    renderTable(BACKUP_TABLE, object.served.backups, now),
    renderTable(BACKUP_TARGET_TABLE, object.served.targets, now),
  ];
  const isRemembered = rememberedOf(object);
  return { lines: shownOf(text.join('')).filter((line) => !isRemembered(line)), isRemembered };
}

/** What of a page can be compared with the truth. */
const shownOf = (page: string): string[] => [...present(page), ...presentSnapshots(page)];

/** What a page serves beside the truth, or lacks of it. */
export function lies(page: string, { lines, isRemembered }: Truth): string[] {
  const shown = shownOf(page).filter((line) => !isRemembered(line));
  return [
    ...shown.filter((line) => !lines.includes(line)).map((line) => `serves ${line}`),
    ...lines.filter((line) => !shown.includes(line)).map((line) => `lacks ${line}`),
  ];
}

const VOLUME = /[{,]volume="([^"]*)"/;
const ROBUSTNESS = /^longhorn_volume_(healthy|degraded|faulted|unknown)\{/;

/**
 * While an engine was not polled yet, a volume shows the robustness that it had; a replica without a mode waits only if
 * it never had one; and a failure whose record is gone stays the last one.
 */
function rememberedOf({ state }: View): Truth['isRemembered'] {
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
