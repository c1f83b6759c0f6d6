/** What is known of a volume, fact by fact, each with the families that carry it. */

import type { BackupRow, VolumeRow } from '../volume-row.ts';
import { age, ago, at, duration, percent, secondsBetween } from './format.ts';
import { type Html, html, type Part } from './html.ts';
import { healthBadge, oldNote, warnings } from './marks.ts';

export interface Fact {
  readonly name: string;
  readonly value: Part;
  readonly metrics: readonly string[];
  /** Only the series of this backup target. */
  readonly target?: string;
}

export function factsOf(volume: VolumeRow, now: string): Fact[] {
  return [
    {
      name: 'Robustness',
      value: html`${healthBadge(volume)}${warnings(volume, now)}`,
      metrics: [
        'longhorn_volume_healthy',
        'longhorn_volume_degraded',
        'longhorn_volume_faulted',
        'longhorn_volume_unknown',
      ],
    },
    {
      name: 'Since',
      value: volume.robustnessSince === undefined ? 'not seen to begin' : at(volume.robustnessSince, now),
      metrics: [],
    },
    ...(volume.troubledSince === undefined
      ? []
      : [
          {
            name: 'In trouble since',
            value: at(volume.troubledSince, now),
            metrics: ['longhorn_volume_degraded_since_timestamp_seconds'],
          },
        ]),
    {
      name: 'State',
      value: `${volume.state ?? 'not known'}${volume.engineNode === '' ? '' : ` on ${volume.engineNode}`}`,
      metrics: ['longhorn_volume_attached'],
    },
    {
      name: 'PVC and workload',
      value:
        [volume.namespace, volume.pvc, volume.workload].filter((part) => part !== '').join(' / ') || 'none',
      metrics: ['longhorn_volume_info'],
    },
    {
      name: 'Replicas',
      value: `${volume.replicas.filter(({ status }) => status === 'healthy').length} healthy of ${volume.replicasDesired ?? '?'} wanted`,
      metrics: ['longhorn_volume_replicas_desired', 'longhorn_volume_replicas_status'],
    },
    {
      name: 'Rebuild',
      value: rebuild(volume),
      metrics: [
        'longhorn_volume_rebuild_progress_ratio',
        'longhorn_volume_rebuild_started_timestamp_seconds',
        'longhorn_volume_rebuild_last_duration_seconds',
      ],
    },
    {
      name: 'Every replica has a disk',
      value: yesNo(volume.scheduled, 'yes', 'no: one finds no disk'),
      metrics: ['longhorn_volume_scheduled'],
    },
    {
      name: 'Being restored',
      value: yesNo(volume.restoring, 'yes', 'no'),
      metrics: ['longhorn_volume_restoring'],
    },
    { name: 'Standby', value: volume.standby ? 'yes: only its gauges are served' : 'no', metrics: [] },
    {
      name: 'Snapshots',
      value: snapshots(volume, now),
      metrics: [
        'longhorn_volume_snapshots',
        'longhorn_volume_snapshot_limit',
        'longhorn_volume_snapshots_removing',
        'longhorn_volume_snapshots_with_error',
      ],
    },
    ...(volume.backups?.flatMap((backup) => backupFacts(backup, now)) ?? [
      { name: 'Backups', value: 'not known: no list of backups came yet', metrics: [] },
    ]),
    {
      name: 'Last confirmed',
      value: volume.confirmed === undefined ? 'never' : ago(volume.confirmed, now),
      metrics: [],
    },
  ];
}

const yesNo = (holds: boolean | undefined, yes: string, no: string): string =>
  holds === undefined ? 'not known' : holds ? yes : no;

function rebuild({ replicas }: VolumeRow): string {
  const running = replicas.filter(({ status }) => status === 'rebuilding');
  if (running.length === 0) return 'none runs';
  return running
    .map(({ name, progress }) => `${name}${progress === undefined ? '' : ` ${percent(progress)}`}`)
    .join(', ');
}

function snapshots({ snapshots }: VolumeRow, now: string): Html | string {
  if (snapshots === undefined) return 'not known: its owner asks for them';
  const { user, system, limit, removing, withError, asked, stale } = snapshots;
  return html`${user} user, ${system} system${limit !== undefined && ` of ${limit}`}; ${removing} removing, ${withError} with error; asked for ${ago(asked, now)}${stale && ', too long for them to be served'}`;
}

function backupFacts(backup: BackupRow, now: string): Fact[] {
  const { target, completed, failed, inProgress, lastSuccess, lastLatencySeconds, lastFailed, asOf } = backup;
  const fact = (name: string, value: Html | string, ...metrics: string[]): Fact => ({
    name: `${name} (${target})`,
    value,
    metrics,
    target,
  });
  const latency = lastLatencySeconds === undefined ? '' : `, took ${duration(lastLatencySeconds)}`;
  return [
    fact(
      'Backups',
      html`${completed} completed, ${failed} failed, ${inProgress} running${asOf !== now && oldNote(asOf, now)}`,
      'longhorn_volume_backups',
    ),
    fact(
      'Last success',
      lastSuccess === undefined ? 'never' : html`${ago(lastSuccess, now)}${latency}`,
      'longhorn_backup_last_success_timestamp_seconds',
      'longhorn_backup_last_latency_seconds',
    ),
    fact(
      'Last backup failed',
      lastFailed === undefined
        ? 'no backup ended yet'
        : lastFailed
          ? html`<span class="badge bad">yes</span>`
          : 'no',
      'longhorn_backup_last_failed',
    ),
    ...(backup.started === undefined
      ? []
      : [
          fact(
            'Running backup',
            `for ${age(secondsBetween(backup.started, asOf))}${backup.progress === undefined ? '' : `, ${percent(backup.progress)}`}`,
            'longhorn_backup_started_timestamp_seconds',
            'longhorn_backup_progress_ratio',
          ),
        ]),
  ];
}
