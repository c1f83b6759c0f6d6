/** The table of all volumes, with a filter. Filtered rows are hidden, not omitted, so that the script can show them at once. */

import { toneOf } from './events.ts';
import {
  age,
  ago,
  duration,
  hundredths,
  lasting,
  percent,
  plural,
  rfc3339,
  secondsBetween,
} from './format.ts';
import { type Html, html, type Tone, volumePath } from './html.ts';
import type { BackupRow, ReplicaRow, SnapshotsRow, VolumeRow } from './volume-row.ts';

/** The sort orders: worst problem first, by name, and oldest backup first. */
const SORTS = ['problem', 'name', 'backup'] as const;
type Sort = (typeof SORTS)[number];

/** The filter and sort order in a URL's query. */
export interface TableQuery {
  readonly text: string;
  readonly unhealthy: boolean;
  readonly sort: Sort;
}

export const parseQuery = (query: URLSearchParams): TableQuery => ({
  text: query.get('q') ?? '',
  unhealthy: query.get('unhealthy') === '1',
  sort: SORTS.find((sort) => sort === query.get('sort')) ?? 'problem',
});

/** The path for a query, without defaults. */
function pathOf({ text, unhealthy, sort }: TableQuery): string {
  const query = new URLSearchParams();
  if (text !== '') query.set('q', text);
  if (unhealthy) query.set('unhealthy', '1');
  if (sort !== 'problem') query.set('sort', sort);
  return query.size === 0 ? '/debug' : `/debug?${query}`;
}

/** The text that the filter searches; the script on the page uses the same text. */
const searchText = (volume: VolumeRow): string =>
  [
    volume.name,
    volume.namespace,
    volume.pvc,
    volume.workload,
    volume.state,
    volume.robustness,
    volume.engineNode,
    ...new Set(volume.replicas.flatMap(({ node, status }) => [node, status])),
    ...volume.operations.map(({ operation }) => operation),
    ...volume.problems,
    volume.owner,
  ]
    .join(' ')
    .toLowerCase();

/** Whether every word is found. */
function matches(volume: VolumeRow, { text, unhealthy }: TableQuery): boolean {
  if (unhealthy && volume.problems.length === 0) return false;
  const words = text.toLowerCase().split(/\s+/);
  const within = searchText(volume);
  return words.every((word) => within.includes(word));
}

/** The sort is stable: among equals, the worst problem stays first. */
function sortVolumes(volumes: readonly VolumeRow[], sort: Sort): readonly VolumeRow[] {
  if (sort === 'name') return volumes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (sort === 'problem') return volumes;
  return volumes.toSorted((a, b) => newestBackup(a) - newestBackup(b) || 0);
}

/** The newest backup on any target. "Never" sorts first and "not known" last. */
const newestBackup = ({ backups }: VolumeRow): number =>
  backups === undefined
    ? Number.MAX_VALUE
    : Math.max(0, ...backups.map(({ lastSuccess = 0 }) => lastSuccess));

/** The part of the overview that the table needs. */
export interface VolumeTable {
  readonly time: number;
  readonly volumes: readonly VolumeRow[];
  /** The node of this exporter; undefined if it serves all volumes. */
  readonly node: string | undefined;
  /** Undefined until the first list of nodes. */
  readonly nodes: object | undefined;
}

export function volumeSection(table: VolumeTable, query: TableQuery): Html {
  const rows = sortVolumes(table.volumes, query.sort).map((volume) => ({
    volume,
    shown: matches(volume, query),
  }));
  const shown = rows.filter((row) => row.shown).length;
  return html`${filterForm(query, shown, rows.length)}
<table class="volumes" aria-describedby="shown">
<caption class="vh">Volumes, ${{ problem: 'the worst', name: 'sorted by name', backup: 'the oldest backup' }[query.sort]} first</caption>
<thead><tr>${COLUMNS.map(([name, sort]) => header(name, sort, query))}</tr></thead>
<tbody id="rows">${rows.map(({ volume, shown }) => tableRow(volume, shown, table))}</tbody></table>`;
}

function filterForm(query: TableQuery, shown: number, all: number): Html {
  const { text, unhealthy, sort } = query;
  return html`<form id="filter" action="/debug" method="get" role="search" aria-label="Filter volumes">
<label for="q">Filter</label> <input id="q" name="q" type="search" value="${text}" autocomplete="off" spellcheck="false" placeholder="name, PVC, workload, node, state">
<label><input id="unhealthy" name="unhealthy" type="checkbox" value="1" autocomplete="off"${unhealthy && html` checked`}> only with a problem</label>
${sort !== 'problem' && html`<input type="hidden" name="sort" value="${sort}">`}
<button>Apply</button> <a href="${pathOf({ text: '', unhealthy: false, sort })}" id="clear">Clear</a>
<span id="shown">${shown} of ${all} shown</span></form>
<p id="none"${shown > 0 && html` hidden`}>${all === 0 ? 'No volume is known.' : 'No volume matches.'}</p>`;
}

const COLUMNS: readonly (readonly [name: string, sort?: Sort])[] = [
  ['Volume', 'name'],
  ['Health', 'problem'],
  ['Replicas'],
  ['PVC and workload'],
  ['State'],
  ['Snapshots'],
  ['Last backup', 'backup'],
  ['Served by'],
];

function header(name: string, sort: Sort | undefined, query: TableQuery): Html {
  if (sort === undefined) return html`<th scope="col">${name}</th>`;
  const order = query.sort === sort ? 'ascending' : 'none';
  return html`<th scope="col" aria-sort="${order}"><a href="${pathOf({ ...query, sort })}">${name}</a></th>`;
}

function tableRow(volume: VolumeRow, shown: boolean, table: VolumeTable): Html {
  const { time: now } = table;
  const operations = volume.operations.map(({ operation }) => operation).filter(isNotState);
  return html`<tr data-key="${volume.name}" data-find="${searchText(volume)}"${volume.problems.length > 0 && html` class="trouble"`}${!shown && html` hidden`}><th scope="row"><a href="${volumePath(volume.name)}">${volume.name}</a></th>
<td>${healthBadge(volume)}${warnings(volume, now)}</td>
<td>${replicaMarks(volume)}</td>
<td>${volume.pvc === '' ? html`<small>no PVC</small>` : `${volume.namespace}/${volume.pvc}`}<small>${volume.workload}</small></td>
<td>${[volume.state ?? 'not known', ...operations].join(', ')}<small>${volume.engineNode === '' ? '' : `on ${volume.engineNode}`}${volume.standby && ' standby'}</small></td>
<td>${snapshotCells(volume.snapshots, now)}</td>
<td>${backupCells(volume.backups, now)}</td>
<td>${servedBy(volume, table)}</td></tr>`;
}

/** The other operations are visible as the volume's state. */
const isNotState = (operation: string): boolean =>
  !['create', 'attach', 'detach', 'delete'].includes(operation);

function snapshotCells(snapshots: SnapshotsRow | undefined, now: number): Html {
  if (snapshots === undefined)
    return html`<small title="served by another exporter, or not requested yet">not known</small>`;
  const { user, system, limit, removing, withError, asked, stale } = snapshots;
  const notes = [removing > 0 && `${removing} removing`, withError > 0 && `${withError} with error`].filter(
    Boolean,
  );
  return html`${user + system}${limit !== undefined && html`<span class="of"> of ${limit}</span>`}${stale ? staleNote(asked, now) : html`<small>${notes.join(', ')}</small>`}`;
}

/** The newest success on any target, and below it a failed or running backup on any target. */
function backupCells(backups: readonly BackupRow[] | undefined, now: number): Html {
  if (backups === undefined) return html`<small title="no list of backups received yet">not known</small>`;
  const held = backups.filter(
    ({ completed, failed, inProgress, lastFailed }) =>
      completed + failed + inProgress > 0 || lastFailed === true,
  );
  const [newest] = held.toSorted((a, b) => (b.lastSuccess ?? 0) - (a.lastSuccess ?? 0));
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
    const lasted = age(secondsBetween(started, asOf));
    return html`${success}${note('idle', `${share}running for ${lasted}${on(running)}`)}`;
  }
  return html`${success}<small>${lastLatencySeconds !== undefined && `took ${duration(lastLatencySeconds)}`}</small>`;
}

/** With a tooltip, because a cell may cut the text off. */
const note = (tone: Tone, text: string): Html =>
  html`<small class="sign ${tone}" title="${text}">${text}</small>`;

function servedBy({ servedHere, owner }: VolumeRow, { node, nodes }: VolumeTable): Html {
  if (servedHere) return html`<b class="here">here</b>`;
  if (node === owner)
    return html`<small class="sign warn" title="the lists needed for its series are too old">not served (stale)</small>`;
  return html`<small>${owner ?? (nodes === undefined ? 'not known' : 'no owner')}</small>`;
}

/** The volume's condition with its known duration, or its state if it has no condition. */
export function healthBadge({ condition, state, robustnessSince, asOf }: VolumeRow): Html {
  if (condition === undefined) return html`<span class="badge idle">${state ?? 'not known'}</span>`;
  return html`<span class="badge ${toneOf(condition)}">${condition}</span>${
    robustnessSince !== undefined && html` <small>for ${lasting(robustnessSince, asOf)}</small>`
  }`;
}

/** Marks data that may be outdated. */
export const staleNote = (asOf: number, now: number): Html =>
  html`<small class="sign warn">as of ${ago(asOf, now)}</small>`;

/** The volume's other problems, and the age of its data if outdated. */
export function warnings({ condition, problems, asOf }: VolumeRow, now: number): Html | false {
  const others = problems.filter((problem) => problem !== condition).join(', ');
  const isOld = asOf !== now;
  if (others === '' && !isOld) return false;
  const title = isOld ? `${others} as of ${rfc3339(asOf)}` : others;
  return html`<small class="sign warn" title="${title}">${others}${others !== '' && isOld && ', '}${isOld && html`as of ${ago(asOf, now)}`}</small>`;
}

const MAX_MARKS = 6;

function replicaMarks({ replicas, replicasDesired }: VolumeRow): Html {
  const healthy = replicas.filter(({ status }) => status === 'healthy').length;
  const hidden = replicas.slice(MAX_MARKS);
  const unhealthy = replicas.filter(({ status }) => ['failed', 'rebuilding', 'waiting'].includes(status));
  const places = new Set(unhealthy.map(({ node }) => node).filter((node) => node !== ''));
  const where = places.size === 0 ? '' : `, not ${[...places].join(', ')}`;
  return html`<span class="marks">${replicas.slice(0, MAX_MARKS).map(replicaMark)}${
    hidden.length > 0 &&
    html`<i class="m more" role="img" title="${hidden.map(replicaText).join('; ')}">+${hidden.length}</i>`
  }</span><small title="${replicas.map(replicaText).join('; ')}">${healthy} of ${replicasDesired ?? '?'}${where}</small>`;
}

/** Each status has a shape or letter and a name, so that nothing depends on colour alone. */
export function replicaMark(replica: ReplicaRow): Html {
  const { status, progress } = replica;
  return html`<i class="m ${status}" role="img" title="${replicaText(replica)}">${
    status === 'rebuilding' && progressMark(progress)
  }</i>`;
}

const replicaText = ({ node, status, progress }: ReplicaRow): string =>
  `${status}${progress === undefined ? '' : `, ${percent(progress)},`} on ${node === '' ? 'no node yet' : node}`;

function progressMark(progress: number | undefined): Html {
  if (progress === undefined) return html`…`;
  const width = Math.round(progress * 100);
  return html`<svg class="fill" aria-hidden="true"><rect width="${width}%" height="100%"/></svg><b>${hundredths(progress)}</b>`;
}

export const withProblems = (count: number): string =>
  count === 0 ? 'no known problems' : `${plural(count, 'volume')} with a problem`;
