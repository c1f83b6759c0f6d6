/** `/debug/volumes/NAME`: everything known about one volume, and its events. */

import { type Time, toWall } from '../clock.ts';
import { BACKUP_TABLE } from '../metrics/backup.ts';
import { SCHEDULE_TABLE } from '../metrics/schedule.ts';
import { SNAPSHOT_TABLE } from '../metrics/snapshot.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import { scheduleSeries, snapshotSeries, zonesOf } from '../state/served.ts';
import type { Volume } from '../state/state.ts';
import type { View } from '../store.ts';
import { OPT_IN_PROBLEMS } from './backup-problems.ts';
import { type EventRow, eventList, eventRow, type Interval, intervalsOf, withDurations } from './events.ts';
import { ago, at, duration, lasting, percent } from './format.ts';
import { type Html, html, nodePath, scrolling } from './html.ts';
import { PROBLEMS } from './problems.ts';
import { runbookPath } from './runbooks.ts';
import { type Metric, metricsOf, seriesTable } from './series.ts';
import { listKnownUntil, volumeKnownUntil } from './streams.ts';
import { strip } from './strip.ts';
import {
  type BackupRow,
  knownBackups,
  type OperationRow,
  rowContext,
  type VolumeRow,
  volumeRow,
} from './volume-row.ts';
import { healthBadge, replicaMark, staleNote, warnings } from './volume-table.ts';

/** Field names are documented and stable. */
export interface VolumePage {
  readonly time: number;
  readonly volume: VolumeRow;
  /** Why it is served here, or who serves it. */
  readonly why: string;
  /** Its series with their last known values, whether they are served or not. */
  readonly metrics: readonly Metric[];
  /** Its events, newest first. */
  readonly events: readonly EventRow[];
}

/** Undefined if there is no such volume. `intervals`: for the picture of the timeline. */
export function volumePage(
  name: string,
  view: View,
  now: Time,
): { readonly data: VolumePage; readonly intervals: readonly Interval[] } | undefined {
  const { state, served, timeline } = view;
  const volume = state.volumes.get(name);
  if (volume === undefined) return undefined;
  const series = served.volumes.find((each) => each.volume === volume);
  const here = series !== undefined;
  const row = volumeRow(volume, rowContext(view, now));
  const events = (timeline.byVolume.get(name) ?? []).map((event) => eventRow(event, now));
  const known = toWall(volumeKnownUntil(name, view, now), now);
  const intervals = intervalsOf(events, {
    robustness: row.condition,
    state: row.state,
    knownUntil: {
      robustness: known,
      state: known,
      share: known,
      operations: known,
      replicas: known,
      backups: toWall(listKnownUntil('backups', view, now), now),
      owner: toWall(listKnownUntil('nodes', view, now), now),
    },
  });
  const data: VolumePage = {
    time: now.wall,
    volume: row,
    why: whyServed(name, here, view),
    metrics: [
      ...metricsOf(VOLUME_TABLE, series ?? { volume, zones: zonesOf(state.nodes) }, here, now),
      ...snapshotSeries(state, volume, Number.POSITIVE_INFINITY, now).flatMap((series) =>
        metricsOf(SNAPSHOT_TABLE, series, isServed(served.snapshots, volume), now),
      ),
      ...(knownBackups(state, volume) ?? []).flatMap((series) =>
        metricsOf(BACKUP_TABLE, series, isServed(served.backups, volume), now),
      ),
      ...scheduleMetrics(volume, view, now),
    ],
    events: withDurations(events, intervals),
  };
  return { data, intervals };
}

/** Some of the known series may be too old to be served. */
function scheduleMetrics(volume: Volume, { state, served }: View, now: Time): Metric[] {
  const series = served.schedules.find((each) => each.volume === volume);
  const names = new Set(series && metricsOf(SCHEDULE_TABLE, series, true, now).map(({ name }) => name));
  return scheduleSeries(state, volume, true)
    .flatMap((known) => metricsOf(SCHEDULE_TABLE, known, false, now))
    .map((metric) => ({ ...metric, served: names.has(metric.name) }));
}

const isServed = (series: readonly { readonly volume: Volume }[], volume: Volume): boolean =>
  series.some((each) => each.volume === volume);

function whyServed(name: string, here: boolean, { state, node }: View): string {
  if (node === undefined) {
    return here
      ? 'This exporter serves every volume (EXPORT=all).'
      : 'Nothing is served: the last list of volumes is too old.';
  }
  if (state.nodes === undefined) return 'Nothing is served: this exporter has not received any nodes yet.';
  const owner = state.owners.byName.get(name);
  if (owner === undefined) return 'It has no owner: Longhorn lists no nodes.';
  if (owner !== node) {
    const listed = state.nodes.has(node) ? '' : ` This exporter's own node, ${node}, is not listed.`;
    return `Its owner is ${owner}: the exporter there serves it.${listed}`;
  }
  return here
    ? `This node, ${node}, owns it: of all Ready nodes it scores highest for this name.`
    : `This node, ${node}, owns it, but its series are withdrawn: the lists they need are too old.`;
}

export function volumeContent(
  { volume, why, metrics, events, time }: VolumePage,
  intervals: readonly Interval[],
): Html {
  return html`<h1>${volume.name}</h1>
<p>${why}</p>
${problemList(volume)}
<section aria-labelledby="timeline"><h2 id="timeline" tabindex="-1">Timeline</h2>
${strip(events, intervals, volume.asOf, time) ?? html`<p>No events since this exporter started.</p>`}
${eventList(events, time, false)}</section>
<section aria-labelledby="replicas"><h2 id="replicas">Replicas</h2>${replicaTable(volume)}</section>
<section aria-labelledby="facts"><h2 id="facts">Details</h2>
<dl class="known">${factsOf(volume, time).map(([name, value]) => html`<div data-key="${name}"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
<section aria-labelledby="metrics"><h2 id="metrics">Series</h2>
<p>Labels: <code>volume="${volume.name}", namespace="${volume.namespace}"</code>, and those shown.${!volume.servedHere && ' Not served by this exporter.'}</p>
${seriesTable(metrics, ['volume', 'namespace'], volume.servedHere, time)}</section>`;
}

function problemList({ problems, optInProblems }: VolumeRow): Html | false {
  if (problems.length + optInProblems.length === 0) return false;
  const items = [
    ...PROBLEMS.filter(({ name }) => problems.includes(name)).map(
      ({ name, alert }) =>
        html`<li data-key="${name}"><span class="sign warn">${name}</span> <small>alert and runbook <a href="${runbookPath(alert)}">${alert}</a></small></li>`,
    ),
    ...OPT_IN_PROBLEMS.filter(({ name }) => optInProblems.includes(name)).map(
      ({ name, alert }) =>
        html`<li data-key="${name}">${name} <small>opt-in alert and runbook <a href="${runbookPath(alert)}">${alert}</a></small></li>`,
    ),
  ];
  return html`<section aria-labelledby="problems"><h2 id="problems">Problems</h2><ul class="plain">${items}</ul></section>`;
}

function replicaTable({ replicas }: VolumeRow): Html {
  if (replicas.length === 0) return html`<p>None.</p>`;
  const rows = replicas.map((replica) => {
    const { name, node, status, progress } = replica;
    return html`<tr data-key="${name}"><th scope="row">${name}</th>
<td>${node === '' ? 'none yet' : html`<a href="${nodePath(node)}">${node}</a>`}</td>
<td>${replicaMark(replica)} ${status}${progress !== undefined && `, ${percent(progress)}`}</td></tr>`;
  });
  return scrolling(
    'Table of replicas',
    html`<table class="replicas">
<thead><tr><th scope="col">Replica</th><th scope="col">Node</th><th scope="col">Status</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  );
}

type Fact = readonly [name: string, value: Html | string];

const NOT_REQUESTED = 'not known: only its owner requests them';

function factsOf(volume: VolumeRow, now: number): Fact[] {
  const { robustnessSince, troubledSince, engineNode, confirmed } = volume;
  return [
    ['Robustness', html`${healthBadge(volume)}${warnings(volume, now)}`],
    ['Since', robustnessSince === undefined ? 'start not seen' : at(robustnessSince, now)],
    ...(troubledSince === undefined ? [] : [['Unhealthy since', at(troubledSince, now)] as const]),
    [
      'State',
      html`${volume.state ?? 'not known'}${engineNode !== '' && html` on <a href="${nodePath(engineNode)}">${engineNode}</a>`}`,
    ],
    [
      'PVC and workload',
      [volume.namespace, volume.pvc, volume.workload].filter(Boolean).join(' / ') || 'none',
    ],
    [
      'Replicas',
      `${volume.replicas.filter(({ status }) => status === 'healthy').length} healthy of ${volume.replicasDesired ?? '?'} wanted${volume.redundancyNodes === undefined ? '' : `, usable ones on ${volume.redundancyNodes} nodes`}`,
    ],
    ['Rebuild', rebuild(volume)],
    ...volume.operations.map((operation) => operationFact(operation, volume.asOf)),
    ['Every replica has a disk', yesNo(volume.scheduled, 'yes', 'no: one has no disk')],
    ['Being restored', yesNo(volume.restoring, 'yes', 'no')],
    ['Standby', standby(volume, now)],
    ['Recurring jobs', schedule(volume, now)],
    ['Snapshots', snapshots(volume, now)],
    ...(volume.backups?.flatMap((backup) => backupFacts(backup, now)) ?? [
      ['Backups', 'not known: no list of backups received yet'] as const,
    ]),
    ['Last confirmed', confirmed === undefined ? 'never' : ago(confirmed, now)],
  ];
}

const yesNo = (holds: boolean | undefined, yes: string, no: string): string =>
  holds === undefined ? 'not known' : holds ? yes : no;

function rebuild({ replicas }: VolumeRow): string {
  const running = replicas.filter(({ status }) => status === 'rebuilding');
  if (running.length === 0) return 'none is running';
  return running
    .map(({ name, progress }) => `${name}${progress === undefined ? '' : ` ${percent(progress)}`}`)
    .join(', ');
}

function operationFact({ operation, since, progress, error }: OperationRow, asOf: number): Fact {
  const parts = [
    since !== undefined && html`for ${lasting(since, asOf)}`,
    progress !== undefined && percent(progress),
    error !== undefined && html`<span class="badge bad">failed</span> ${error}`,
  ].filter((part) => part !== false);
  return [`Operation: ${operation}`, html`${parts.map((part, index) => [index > 0 && ', ', part])}`];
}

function standby({ standby, restoredUntil, restoreError }: VolumeRow, now: number): Html | string {
  if (!standby) return 'no';
  const until = restoredUntil !== undefined && html`; it holds data from ${ago(restoredUntil, now)}`;
  const error =
    restoreError !== undefined && html`; <span class="badge bad">restore failed</span> ${restoreError}`;
  return html`yes: only gauges are served${until}${error}`;
}

function schedule({ schedule }: VolumeRow, now: number): Html | string {
  if (schedule === undefined) return NOT_REQUESTED;
  const { backupJobs, snapshotJobs, intervalSeconds, due } = schedule;
  const every = intervalSeconds !== undefined && `, at least every ${duration(intervalSeconds)}`;
  return html`${backupJobs} for backups${every}, ${snapshotJobs} for snapshots${due !== undefined && html`; next backup due ${at(due, now)}`}`;
}

function snapshots({ snapshots }: VolumeRow, now: number): Html | string {
  if (snapshots === undefined) return NOT_REQUESTED;
  const { user, system, limit, removing, withError, asked, stale } = snapshots;
  return html`${user} user, ${system} system${limit !== undefined && ` of ${limit}`}; ${removing} removing, ${withError} with error; requested ${ago(asked, now)}${stale && ', too long ago to be served'}`;
}

function backupFacts(backup: BackupRow, now: number): Fact[] {
  const { target, completed, failed, inProgress, lastSuccess, lastLatencySeconds, asOf } = backup;
  const latency = lastLatencySeconds === undefined ? '' : `, took ${duration(lastLatencySeconds)}`;
  const facts: Fact[] = [
    [
      'Backups',
      html`${completed} completed, ${failed} failed, ${inProgress} running${asOf !== now && staleNote(asOf, now)}`,
    ],
    ['Last success', lastSuccess === undefined ? 'never' : html`${ago(lastSuccess, now)}${latency}`],
    ['Last backup failed', lastFailed(backup)],
  ];
  if (backup.started !== undefined) {
    const progress = backup.progress === undefined ? '' : `, ${percent(backup.progress)}`;
    facts.push(['Running backup', html`for ${lasting(backup.started, asOf)}${progress}`]);
  }
  return facts.map(([name, value]) => [`${name} (${target})`, value] as const);
}

function lastFailed({ lastFailed, lastError }: BackupRow): Html | string {
  if (lastFailed === undefined) return 'no backup has finished yet';
  return lastFailed ? html`<span class="badge bad">yes</span> ${lastError}` : 'no';
}

/** The page for a volume that does not exist. `latest`: the events of all volumes, newest first. */
export function unknownVolume(name: string, latest: readonly EventRow[], now: number): Html {
  const last = latest.filter(({ volume }) => volume === name);
  return html`<h1>No volume ${name}</h1>
<p>Longhorn's last list has no volume with this name. It may have been deleted. <a href="/debug">All volumes</a></p>
<section aria-labelledby="last"><h2 id="last" tabindex="-1">Its last events</h2>
${last.length === 0 ? html`<p>None recorded by this exporter.</p>` : eventList(last, now, false)}</section>`;
}
