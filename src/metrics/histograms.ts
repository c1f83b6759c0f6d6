/** Histograms of durations. Only what ends while this exporter owns the volume is counted. */

import { collectDefaultMetrics, Histogram, type Registry } from 'prom-client';
import type { EventOf, VolumeEvent } from '../events.ts';
import { LIMITS, type Limits } from '../limits.ts';
import { BACKUP_MODES } from '../longhorn/backup.ts';
import type { Target } from '../state/state.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const MINUTES_AND_HOURS = [
  ...[1, 2, 5, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 3, 6, 12].map((hours) => hours * HOUR),
];

const REBUILD_DURATION = {
  name: 'longhorn_rebuild_duration_seconds',
  help: 'Durations of successful rebuilds of owned volumes that were seen from their start.',
  labels: [] as readonly string[],
  buckets: [10, 30, ...MINUTES_AND_HOURS],
} as const;

const BACKUP_BUCKETS = [1, 5, 15, ...MINUTES_AND_HOURS, 24 * HOUR];

const BACKUP_DURATION = {
  name: 'longhorn_backup_duration_seconds',
  help: 'Durations of completed backups of owned volumes, from first seen in progress (else snapshotCreated) to created.',
  labels: ['target'],
  buckets: BACKUP_BUCKETS,
} as const;

const BACKUP_QUEUE = {
  name: 'longhorn_backup_queue_seconds',
  help: 'Part of longhorn_backup_duration_seconds before state InProgress, for backups seen from their start.',
  labels: ['target', 'mode'],
  buckets: BACKUP_BUCKETS,
} as const;

const BACKUP_UPLOAD = {
  name: 'longhorn_backup_upload_seconds',
  help: 'Part of longhorn_backup_duration_seconds from state InProgress to created, for backups seen from their start.',
  labels: ['target', 'mode'],
  buckets: BACKUP_BUCKETS,
} as const;

export const HISTOGRAMS = [REBUILD_DURATION, BACKUP_DURATION, BACKUP_QUEUE, BACKUP_UPLOAD] as const;

export interface Histograms {
  /** Observes an event of an owned volume. */
  observe(event: VolumeEvent): void;
  /** Keeps series, starting at zero, for exactly the targets that have a URL. Undefined: targets not known yet. */
  keepTargets(targets: ReadonlyMap<string, Target> | undefined): void;
}

export function createHistograms(registry: Registry, limits: Limits): Histograms {
  const create = <L extends string>(spec: {
    readonly name: string;
    readonly help: string;
    readonly labels: readonly L[];
    readonly buckets: readonly number[];
  }) =>
    new Histogram<L>({
      name: spec.name,
      help: spec.help,
      labelNames: spec.labels,
      buckets: [...spec.buckets],
      registers: [registry],
    });
  const rebuild = create(REBUILD_DURATION);
  const backup = create(BACKUP_DURATION);
  const queue = create(BACKUP_QUEUE);
  const upload = create(BACKUP_UPLOAD);
  let known = new Set<string>();

  function observeBackup({ target, mode, seconds, queueSeconds }: EventOf<'backup_completed'>): void {
    if (seconds === undefined) return;
    // Too many target names that no list of targets has confirmed yet.
    if (!known.has(target) && known.size >= LIMITS.backup_targets.most) {
      limits.exceeded('backup_targets');
      return;
    }
    known.add(target);
    backup.observe({ target }, seconds);
    if (queueSeconds === undefined) return;
    queue.observe({ target, mode }, queueSeconds);
    upload.observe({ target, mode }, seconds - queueSeconds);
  }

  return {
    observe(event) {
      if (event.type === 'rebuild_ended' && event.seconds !== undefined) rebuild.observe(event.seconds);
      if (event.type === 'backup_completed') observeBackup(event);
    },
    keepTargets(targets) {
      if (targets === undefined) return;
      const wanted = new Set<string>();
      for (const { facts } of targets.values()) if (facts.scheme !== undefined) wanted.add(facts.name);
      for (const target of wanted) {
        if (known.has(target)) continue;
        backup.zero({ target });
        for (const mode of BACKUP_MODES) for (const part of [queue, upload]) part.zero({ target, mode });
      }
      for (const target of known) {
        if (wanted.has(target)) continue;
        backup.remove({ target });
        for (const mode of BACKUP_MODES) for (const part of [queue, upload]) part.remove({ target, mode });
      }
      known = wanted;
    },
  };
}

/** prom-client's process metrics, without those that are of no use to an operator. */
export function registerProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (/^nodejs_(?!eventloop_lag_|heap_)/.test(name)) registry.removeSingleMetric(name);
  }
}
