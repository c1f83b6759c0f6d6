/** The histograms: durations of things that were seen to end while their volume was owned here. */

import { Histogram, type Registry } from 'prom-client';
import { LIMITS, type Limits } from '../limits.ts';
import type { BackupTargetFacts } from '../longhorn/backup-target.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

export const REBUILD_DURATION = {
  name: 'longhorn_rebuild_duration_seconds',
  help: 'Durations of rebuilds of owned volumes that were seen from their start to their success.',
  labels: [],
  buckets: [
    10,
    30,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
  ],
} as const;

export const BACKUP_DURATION = {
  name: 'longhorn_backup_duration_seconds',
  help: 'Durations of completed backups of owned volumes, from first seen in progress (or snapshotCreated when never seen so) to created.',
  labels: ['target'],
  buckets: [
    1,
    5,
    15,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    24 * HOUR,
  ],
} as const;

export interface Histograms {
  rebuild(seconds: number): void;
  backup(target: string, seconds: number): void;
  /** Keeps a series, from zero, for each target that has a URL, and for no other; undefined: not known yet. */
  targets(targets: ReadonlyMap<string, BackupTargetFacts> | undefined): void;
}

export function createHistograms(registry: Registry, limits: Limits): Histograms {
  const registers = [registry];
  const rebuild = new Histogram({ ...REBUILD_DURATION, buckets: [...REBUILD_DURATION.buckets], registers });
  const backup = new Histogram({
    ...BACKUP_DURATION,
    labelNames: BACKUP_DURATION.labels,
    buckets: [...BACKUP_DURATION.buckets],
    registers,
  });
  let known = new Set<string>();
  return {
    rebuild: (seconds) => rebuild.observe(seconds),
    backup(target, seconds) {
      // A flood of names that no list of targets has confirmed yet.
      if (!known.has(target) && known.size >= LIMITS.backup_targets.most)
        return limits.exceeded('backup_targets');
      known.add(target);
      backup.observe({ target }, seconds);
    },
    targets(targets) {
      if (targets === undefined) return;
      const wanted = new Set<string>();
      for (const { name, scheme } of targets.values()) if (scheme !== undefined) wanted.add(name);
      for (const target of wanted) if (!known.has(target)) backup.zero({ target });
      for (const target of known) if (!wanted.has(target)) backup.remove({ target });
      known = wanted;
    },
  };
}
