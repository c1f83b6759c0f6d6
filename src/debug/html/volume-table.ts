/** All volumes in a table. Rows that the filter leaves out are there, but hidden, so that the script can show them at once. */

import type { Overview } from '../overview.ts';
import type { BackupRow, SnapshotsRow, VolumeRow } from '../volume-row.ts';
import { arrange, haystack, matches, pathOf, type Sort, type Wish } from './arrange.ts';
import type { Tone } from './event-text.ts';
import { age, ago, duration, percent, secondsBetween } from './format.ts';
import { type Html, html } from './html.ts';
import { volumePath } from './links.ts';
import { healthBadge, oldNote, replicaMarks, warnings } from './marks.ts';

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

export function volumeTable(overview: Overview, wish: Wish): Html {
  return html`<table class="volumes" aria-describedby="shown">
<caption class="vh">Volumes, ${wish.sort === 'problem' ? 'the worst' : `sorted by ${wish.sort}`} first</caption>
<thead><tr>${COLUMNS.map(([sort, name]) => header(sort, name, wish))}</tr></thead>
<tbody id="rows">${arrange(overview.volumes, wish).map((volume) => row(volume, matches(volume, wish), overview))}</tbody></table>`;
}

function header(sort: Sort, name: string, wish: Wish): Html {
  const current = wish.sort === sort;
  const descending = current && !wish.descending;
  const order = wish.descending ? 'descending' : 'ascending';
  return html`<th scope="col" aria-sort="${current ? order : 'none'}"><a href="${pathOf({ ...wish, sort, descending })}">${name}</a></th>`;
}

function row(volume: VolumeRow, shown: boolean, overview: Overview): Html {
  const { time: now } = overview;
  return html`<tr data-key="${volume.name}" data-find="${haystack(volume)}"${volume.problems.length > 0 && html` class="trouble"`}${!shown && html` hidden`}><th scope="row"><a href="${volumePath(volume.name)}">${volume.name}</a></th>
<td>${healthBadge(volume)}${warnings(volume, now)}</td>
<td>${replicaMarks(volume)}</td>
<td>${volume.pvc === '' ? html`<small>no PVC</small>` : `${volume.namespace}/${volume.pvc}`}<small>${volume.workload}</small></td>
<td>${volume.state ?? 'not known'}${volume.restoring === true && ', restoring'}<small>${volume.engineNode === '' ? '' : `on ${volume.engineNode}`}${volume.standby && ' standby'}</small></td>
<td>${snapshotCells(volume.snapshots, now)}</td>
<td>${backupCells(volume.backups, now)}</td>
<td>${servedBy(volume, overview)}</td></tr>`;
}

function snapshotCells(snapshots: SnapshotsRow | undefined, now: string): Html {
  if (snapshots === undefined)
    return html`<small title="served by another exporter, or not asked for yet">not known</small>`;
  const { user, system, limit, removing, withError, asked, stale } = snapshots;
  const notes = [removing > 0 && `${removing} removing`, withError > 0 && `${withError} with error`].filter(
    Boolean,
  );
  return html`${user + system}${limit !== undefined && html`<span class="of"> of ${limit}</span>`}${stale ? oldNote(asked, now) : html`<small>${notes.join(', ')}</small>`}`;
}

/** The newest success, wherever it is kept; below it what is wrong on any target, or goes on there. */
function backupCells(backups: readonly BackupRow[] | undefined, now: string): Html {
  if (backups === undefined) return html`<small title="no list of backups came yet">not known</small>`;
  const held = backups.filter(({ completed, failed, inProgress }) => completed + failed + inProgress > 0);
  const [newest] = held.toSorted((a, b) => (b.lastSuccess ?? '').localeCompare(a.lastSuccess ?? ''));
  if (newest === undefined) return html`<small>never</small>`;
  const { lastSuccess, lastLatencySeconds } = newest;
  const success = lastSuccess === undefined ? 'never completed' : ago(lastSuccess, now);
  const on = ({ target }: BackupRow) => (held.length > 1 ? ` on ${target}` : '');
  const failed = held.find(({ lastFailed }) => lastFailed === true);
  if (failed !== undefined) return html`${success}${note('bad', `last one failed${on(failed)}`)}`;
  const running = held.find(({ started }) => started !== undefined);
  if (running?.started !== undefined) {
    const { started, progress, asOf } = running;
    const share = progress === undefined ? '' : `${percent(progress)}, `;
    const lasting = age(secondsBetween(started, asOf));
    return html`${success}${note('idle', `${share}running for ${lasting}${on(running)}`)}`;
  }
  return html`${success}<small>${lastLatencySeconds !== undefined && `took ${duration(lastLatencySeconds)}`}</small>`;
}

/** In a cell it may be cut off. */
const note = (tone: Tone, words: string): Html =>
  html`<small class="sign ${tone}" title="${words}">${words}</small>`;

function servedBy({ servedHere, owner }: VolumeRow, { node, nodes }: Overview): Html {
  if (servedHere) return html`<b class="here">here</b>`;
  if (node === owner)
    return html`<small class="sign warn" title="what its series need is too old">nobody now</small>`;
  return html`<small>${owner ?? (nodes === undefined ? 'not known' : 'nobody')}</small>`;
}
