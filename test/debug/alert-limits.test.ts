/** The problems of a volume have the alerts and limits of the rules in manifests/. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseDuration } from '../../src/config/duration.ts';
import { ALERT_LIMITS } from '../../src/debug/alert-limits.ts';
import { OPT_IN_PROBLEMS } from '../../src/debug/backup-problems.ts';
import { PROBLEMS } from '../../src/debug/problems.ts';

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The text of each rule without its annotations, by name. */
const alertsIn = (path: string): ReadonlyMap<string, string> =>
  new Map(
    file(path)
      .split('- alert: ')
      .slice(1)
      .map((text) => [/^\w+/.exec(text)?.[0] ?? '', text.split('annotations:')[0] ?? '']),
  );

const RULES = alertsIn('manifests/rules.yaml');
const OPT_IN_RULES = alertsIn('manifests/rules-never-backed-up.yaml');
const ALL_RULES = new Map([...RULES, ...OPT_IN_RULES]);

/** `15 * 60`, `3600`, `6h` or `0.8` as a number; durations in seconds. */
function numberOf(text: string): number {
  const ms = /[smhd]$/.test(text) ? parseDuration(text) : undefined;
  if (ms !== undefined) return ms / 1000;
  return text.split('*').reduce((product, factor) => product * Number(factor), 1);
}

type Limit = keyof typeof ALERT_LIMITS;

const operation = (names: string): RegExp =>
  new RegExp(`operation=~?"${names.replace('|', '\\|')}"\\}\\[5m\\]\\)\\) > ([\\d *]+)`);
const since = (family: string, comparison: string): RegExp =>
  new RegExp(
    `time\\(\\) - max by \\([^)]*\\) \\(max_over_time\\(${family}\\[5m\\]\\)\\) ${comparison} ([\\d *]+)`,
  );

/** Where each limit is in the rules; a limit may be in several places. */
const PLACES: { readonly [L in Limit]: readonly (readonly [alert: string, place: RegExp])[] } = {
  attach: [['LonghornVolumeAttachStuck', /operation="attach"\}\[11m\]\)\) > ([\d *]+)/]],
  create: [['LonghornVolumeOperationStuck', operation('create')]],
  detach: [['LonghornVolumeOperationStuck', operation('detach|delete')]],
  delete: [['LonghornVolumeOperationStuck', operation('detach|delete')]],
  migrate: [['LonghornVolumeOperationStuck', operation('migrate|expand')]],
  expand: [
    ['LonghornVolumeOperationStuck', operation('migrate|expand')],
    ['LonghornVolumeNoRebuild', /operation="expand"\}\[5m\]\)\) < ([\d *]+)/],
  ],
  clone: [
    ['LonghornVolumeOperationStuck', operation('clone')],
    ['LonghornVolumeNoRebuild', /operation="clone"\}\[5m\]\)\) < ([\d *]+)/],
    ['LonghornVolumeLastCopy', /operation="clone"\}\[5m\]\)\) < ([\d *]+)/],
  ],
  stalled: [
    ['LonghornVolumeOperationStuck', operation('restore|purge')],
    ['LonghornVolumeOperationStuck', /max_over_time\(longhorn_volume_operation_progress_ratio\[(\w+)\]\)/],
    ['LonghornVolumeNoRebuild', /operation="restore"\}\[5m\]\)\) < ([\d *]+)/],
  ],
  noRebuild: [
    ['LonghornVolumeNoRebuild', /min_over_time\(longhorn_volume_degraded\[(\w+)\]\)/],
    ['LonghornVolumeNoRebuild', /rebuild_started_timestamp_seconds\[(30m)\]/],
  ],
  failuresWithin: [
    ['LonghornReplicasKeepFailing', /failures_total\[(\w+)\]\)\)\s+> on/],
    ['LonghornReplicasKeepFailing', /increase\(longhorn_volume_rebuilds_total\[(\w+)\]/],
  ],
  failuresSoonWithin: [
    ['LonghornReplicasKeepFailing', /failures_total\[(\w+)\]\)\) >= /],
    ['LonghornReplicasKeepFailing', /status="not_ready"\}\[(\w+)\]/],
  ],
  failuresSoon: [
    ['LonghornReplicasKeepFailing', /failures_total\[\w+\]\)\) >= (\d+)/],
    ['LonghornReplicasKeepFailing', /degraded\[\w+\]\)\) >= (\d+)/],
  ],
  failedRebuildsWithin: [['LonghornRebuildsFailing', /\[(\w+)\]\)\) >= \d+\s+or/]],
  failedRebuildsDegradedWithin: [['LonghornRebuildsFailing', /\[(\w+)\]\)\) >= \d+\s+and/]],
  failedRebuilds: [
    ['LonghornRebuildsFailing', />= (\d+)\s+or/],
    ['LonghornRebuildsFailing', />= (\d+)\s+and/],
  ],
  unchanged: [
    ['LonghornRebuildStuck', /min_over_time\(longhorn_volume_rebuild_progress_ratio\[(\w+)\]/],
    ['LonghornBackupStuck', /min_over_time\(longhorn_backup_progress_ratio\[(\w+)\]/],
  ],
  stalledAfter: [
    ['LonghornRebuildStuck', since('longhorn_volume_rebuild_started_timestamp_seconds', '>')],
    ['LonghornBackupStuck', since('longhorn_backup_started_timestamp_seconds', '>')],
  ],
  longest: [
    ['LonghornRebuildStuck', since('longhorn_volume_rebuild_started_timestamp_seconds', '<')],
    ['LonghornBackupStuck', since('longhorn_backup_started_timestamp_seconds', '<')],
  ],
  snapshotsNear: [
    ['LonghornSnapshotsNearLimit', /limit\[5m\]\)\)\s+\) > ([\d.]+)/],
    ['LonghornSnapshotsNearLimit', /limit_bytes\[5m\]\)\)\s+\) > ([\d.]+)/],
  ],
  snapshotPending: [['LonghornSnapshotPending', /pending_since_timestamp_seconds\[15m\]\)\) > ([\d *]+)/]],
  snapshotsRemoving: [['LonghornSnapshotRemovalStuck', /for: (\w+)/]],
  backupAge: [['LonghornBackupTooOld', /> ([\d *]+)/]],
  backupLate: [['LonghornBackupOverdue', /\/ 2, ([\d *]+)\)/]],
  backupLateShare: [['LonghornBackupOverdue', /interval_seconds\[15m\]\)\) \/ (\d+), /]],
  backupRunning: [['LonghornBackupOverdue', since('longhorn_backup_started_timestamp_seconds', '<')]],
  backupStarts: [['LonghornBackupOverdue', /started_timestamp_seconds\[\w+\]\)\) >= (\d+)/]],
  backupStartsWithin: [['LonghornBackupOverdue', /started_timestamp_seconds\[(\w+)\]\)\) >= \d+/]],
  standbyBehind: [['LonghornStandbyBehind', /,\s+([\d *]+)\s+\)/]],
  standbyEmpty: [['LonghornStandbyBehind', /offset (\w+)/]],
  notCoveredUse: [['LonghornVolumeNotCovered', /longhorn_volume_in_use\[(\w+)\]/]],
};

/** Counts and ratios; all other limits are durations in milliseconds. */
const NOT_DURATIONS: ReadonlySet<Limit> = new Set([
  'failuresSoon',
  'failedRebuilds',
  'snapshotsNear',
  'backupLateShare',
  'backupStarts',
]);

describe('problems and rules', () => {
  for (const [limit, places] of Object.entries(PLACES) as [Limit, (typeof PLACES)[Limit]][]) {
    for (const [i, [alert, place]] of places.entries()) {
      const which = places.length > 1 ? ` (place ${i + 1} of ${places.length})` : '';
      test(`${alert}: the rule has the limit ${limit}${which}`, () => {
        const [, text] = place.exec(ALL_RULES.get(alert) ?? '') ?? assert.fail(`${place} matches nothing`);
        const expected = ALERT_LIMITS[limit];
        const found = numberOf(text?.trim() ?? '');
        assert.equal(
          limit === 'backupLateShare' ? 1 / found : found,
          NOT_DURATIONS.has(limit) ? expected : expected / 1_000,
        );
      });
    }
  }

  test('alerts about volumes: exactly one problem for each', () => {
    const ofVolumes = (rules: ReadonlyMap<string, string>) =>
      [...rules].filter(
        ([, text]) => /by \(cluster, volume/.test(text) && !/by \(cluster, target\)/.test(text),
      );
    const names = (rows: readonly { readonly alert: string }[]) => rows.map(({ alert }) => alert).sort();
    assert.deepEqual(
      names(PROBLEMS),
      ofVolumes(RULES)
        .map(([name]) => name)
        .sort(),
    );
    assert.deepEqual(
      names(OPT_IN_PROBLEMS),
      ofVolumes(OPT_IN_RULES)
        .map(([name]) => name)
        .sort(),
    );
  });

  test('source code of problems: no limits outside ALERT_LIMITS', () => {
    for (const name of ['volume-problems', 'backup-problems', 'problem']) {
      const code = file(`src/debug/${name}.ts`).replace(/\/\*\*.*?\*\/|\/\/.*|'[^']*'/gs, '');
      // 0 and 1 are not limits; 2 is how often all replicas may be rebuilt, which depends on their number.
      assert.deepEqual(code.match(/(?<![\w.])(?:[3-9]|\d{2,}|\d[\d_]*\.\d+)(?!\w)/g), null, name);
    }
  });
});
