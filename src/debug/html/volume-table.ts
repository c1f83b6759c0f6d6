/** All volumes in a table. Rows that the filter leaves out are there, but hidden, so that the script can show them at once. */

import type { BackupRow, SnapshotsRow, VolumeRow } from '../volume-row.ts';
import { arrange, haystack, matches, pathOf, type Sort, type Wish } from './arrange.ts';
import { age, ago, duration, percent, secondsBetween } from './format.ts';
import { type Html, html } from './html.ts';
import { volumePath } from './links.ts';
import { healthBadge, replicaMarks, warnings } from './marks.ts';

const COLUMNS: readonly (readonly [Sort, string])[] = [
  ['name', 'Volume'],
  ['problem', 'Health'],
  ['replicas', 'Replicas'],
  ['workload', 'PVC and workload'],
  ['state', 'State'],
  ['snapshots', 'Snapshots'],
  ['backup', 'Last backup'],
  ['owner', 'Served by'],
];

export function volumeTable(volumes: readonly VolumeRow[], wish: Wish, now: string): Html {
  return html`<table class="volumes" aria-describedby="shown">
<caption class="vh">Volumes, ${wish.sort === 'problem' ? 'the worst' : `sorted by ${wish.sort}`} first</caption>
<thead><tr>${COLUMNS.map(([sort, name]) => header(sort, name, wish))}</tr></thead>
<tbody id="rows">${arrange(volumes, wish).map((volume) => row(volume, matches(volume, wish), now))}</tbody></table>`;
}

function header(sort: Sort, name: string, wish: Wish): Html {
  const current = wish.sort === sort;
  const descending = current && !wish.descending;
  const order = wish.descending ? 'descending' : 'ascending';
  return html`<th scope="col" aria-sort="${current ? order : 'none'}"><a href="${pathOf({ ...wish, sort, descending })}">${name}</a></th>`;
}

function row(volume: VolumeRow, shown: boolean, now: string): Html {
  return html`<tr data-key="${volume.name}" data-find="${haystack(volume)}"${volume.problems.length > 0 && html` class="trouble"`}${!shown && html` hidden`}><th scope="row"><a href="${volumePath(volume.name)}">${volume.name}</a></th>
<td>${healthBadge(volume)}${warnings(volume, now)}</td>
<td>${replicaMarks(volume)}</td>
<td>${volume.pvc === '' ? html`<small>no PVC</small>` : `${volume.namespace}/${volume.pvc}`}<small>${volume.workload}</small></td>
<td>${volume.state ?? 'not known'}${volume.restoring === true && ', restoring'}<small>${volume.engineNode === '' ? '' : `on ${volume.engineNode}`}${volume.standby && ' standby'}</small></td>
<td>${snapshotCells(volume.snapshots)}</td>
<td>${backupCells(volume.backups, now)}</td>
<td>${servedBy(volume)}</td></tr>`;
}

function snapshotCells(snapshots: SnapshotsRow | undefined): Html {
  if (snapshots === undefined)
    return html`<small title="served by another exporter, or not asked for yet">not known</small>`;
  const { user, system, limit, removing, withError } = snapshots;
  const notes = [removing > 0 && `${removing} removing`, withError > 0 && `${withError} with error`].filter(
    Boolean,
  );
  return html`${user + system}${limit !== undefined && ` of ${limit}`}<small>${notes.join(', ')}</small>`;
}

/** The one to worry about most: failed, else running, else with the oldest success. */
function backupCells(backups: readonly BackupRow[], now: string): Html {
  const rank = ({ lastFailed, inProgress }: BackupRow) => (lastFailed === true ? 0 : inProgress > 0 ? 1 : 2);
  const held = backups.filter(({ completed, failed, inProgress }) => completed + failed + inProgress > 0);
  const [worst] = held.sort(
    (a, b) => rank(a) - rank(b) || (a.lastSuccess ?? '').localeCompare(b.lastSuccess ?? ''),
  );
  if (worst === undefined) return html`<small>never</small>`;
  const { lastSuccess, lastLatencySeconds, lastFailed, started, progress, asOf } = worst;
  const took = lastLatencySeconds === undefined ? '' : `took ${duration(lastLatencySeconds)}`;
  const success = lastSuccess === undefined ? 'never completed' : ago(lastSuccess, now);
  if (lastFailed === true) return html`${success}<small class="sign bad">last one failed</small>`;
  if (started === undefined) return html`${success}<small>${took}</small>`;
  const running = `running for ${age(secondsBetween(started, asOf))}`;
  return html`${success}<small class="sign idle">${running}${progress !== undefined && `, ${percent(progress)}`}</small>`;
}

function servedBy({ servedHere, owner }: VolumeRow): Html {
  if (servedHere) return html`<b class="here">here</b>`;
  return html`<small>${owner ?? 'nobody'}</small>`;
}
