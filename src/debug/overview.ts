/** `/debug`: the overview with the status of Longhorn, the problems of all volumes, and the latest events. */

import { type Time, toWall } from '../clock.ts';
import { STREAMS } from '../longhorn/streams.ts';
import type { KindStatus, RequestKind } from '../requests/status.ts';
import type { View } from '../store.ts';
import { type EventRow, eventList, eventRow } from './events.ts';
import { ago, duration, plural } from './format.ts';
import { type Html, html } from './html.ts';
import type { Json } from './json.ts';
import { type NodeRow, nodeRows, nodeTable } from './nodes.ts';
import { worstFirst } from './problems.ts';
import { type StreamRow, streamRow, streamTable } from './streams.ts';
import { type TargetRow, targetRows, targetTable } from './targets.ts';
import { rowContext, type VolumeRow, volumeRow } from './volume-row.ts';
import { type TableQuery, volumeSection, withProblems } from './volume-table.ts';

/** Field names are documented and stable. Times are Unix milliseconds here and RFC 3339 in the JSON. */
export interface Overview {
  readonly time: number;
  readonly version: string;
  /** The node of this exporter; absent if it serves all volumes. */
  readonly node: string | undefined;
  readonly serves: 'owned' | 'all';
  /** `longhorn_up`. */
  readonly up: boolean;
  readonly streams: readonly StreamRow[];
  readonly requests: Readonly<Record<RequestKind, RequestsRow>>;
  readonly nodes: { readonly ready: number; readonly notReady: number } | undefined;
  /** The nodes with their verdicts, least safe to stop first; absent until the first list. */
  readonly nodeList: readonly NodeRow[] | undefined;
  /** The backup targets; absent until the first list. */
  readonly targets: readonly TargetRow[] | undefined;
  readonly volumesInCluster: number;
  readonly volumesServedHere: number;
  readonly internalErrors: number;
  readonly configErrors: number;
  /** Only limits that were exceeded. */
  readonly limitsExceeded: Readonly<Record<string, number>>;
  /** Worst first, then by name. */
  readonly volumes: readonly VolumeRow[];
  /** The latest events, newest first. */
  readonly events: readonly EventRow[];
}

export type OverviewJson = Json<Overview>;

/** Requests for single volumes: snapshots, recurring jobs, and GETs between two lists. */
export interface RequestsRow {
  readonly failing: boolean;
  readonly errors: number;
  readonly costSeconds: number;
  readonly lastRoundEnded: number | undefined;
  readonly lastRoundSeconds: number | undefined;
}

export function overview(view: View, now: Time): Overview {
  const { state, served, requests, node, version } = view;
  const streams = STREAMS.map((stream) => streamRow(stream, view, now));
  const context = rowContext(view, now);
  return {
    time: now.wall,
    version,
    node,
    serves: node === undefined ? 'all' : 'owned',
    up: streams.every(({ live }) => live),
    streams,
    requests: {
      sweep: requestsRow(requests.sweep, now),
      jobs: requestsRow(requests.jobs, now),
      refresh: requestsRow(requests.refresh, now),
    },
    nodes: state.nodes && {
      ready: context.nodes.ready,
      notReady: context.nodes.listed - context.nodes.ready,
    },
    nodeList: nodeRows(view, now),
    targets: targetRows(view, now),
    volumesInCluster: state.volumes.size,
    volumesServedHere: served.volumes.length,
    internalErrors: view.internalErrors,
    configErrors: view.configErrors,
    limitsExceeded: Object.fromEntries([...view.limits].filter(([, times]) => times > 0)),
    volumes: [...state.volumes.values()].map((volume) => volumeRow(volume, context)).sort(worstFirst),
    events: latestEvents(view, now),
  };
}

/** Events of all volumes, newest first. */
export const latestEvents = ({ timeline }: View, now: Time): EventRow[] =>
  timeline.latest.map((event) => eventRow(event, now)).reverse();

function requestsRow({ failing, errors, costMs, roundEndedAt, roundMs }: KindStatus, now: Time): RequestsRow {
  return {
    failing,
    errors,
    costSeconds: costMs / 1000,
    lastRoundEnded: roundEndedAt === undefined ? undefined : toWall(roundEndedAt, now),
    lastRoundSeconds: roundMs === undefined ? undefined : roundMs / 1000,
  };
}

/** The page shows this many events; the JSON has all. */
const MAX_EVENTS = 100;

export const overviewTitle = ({ volumes, streams }: Overview): string =>
  streams.some(({ live }) => !live)
    ? 'Longhorn is not responding'
    : withProblems(volumesWithProblems(volumes).length);

const volumesWithProblems = (volumes: readonly VolumeRow[]): VolumeRow[] =>
  volumes.filter(({ problems }) => problems.length > 0);

export function overviewContent(overview: Overview, query: TableQuery): Html {
  const { time, volumes, streams, events, nodeList, targets } = overview;
  const affected = volumesWithProblems(volumes);
  return html`<h1 class="vh">Longhorn overview</h1>
${facts(overview)}
${streamTable(streams, time)}
<section aria-labelledby="volumes"><h2 id="volumes" tabindex="-1">Volumes <span class="sign ${affected.length === 0 ? 'good' : 'warn'}">${withProblems(affected.length)}${byProblem(affected)}</span></h2>
${volumeSection(overview, query)}</section>
<section aria-labelledby="nodes"><h2 id="nodes" tabindex="-1">Nodes <small>is it safe to stop them?</small></h2>
${nodeList === undefined ? html`<p>Not known: no list of nodes received yet.</p>` : nodeTable(nodeList)}</section>
<section aria-labelledby="targets"><h2 id="targets" tabindex="-1">Backup targets</h2>
${targets === undefined ? html`<p>Not known: no list of backup targets received yet.</p>` : targetTable(targets, time)}</section>
<section aria-labelledby="events"><h2 id="events" tabindex="-1">Latest events</h2>
${events.length === 0 ? html`<p>No events since this exporter started.</p>` : eventList(events.slice(0, MAX_EVENTS), time, true)}</section>`;
}

function byProblem(volumes: readonly VolumeRow[]): string {
  const counts = new Map<string, number>();
  for (const problem of volumes.flatMap(({ problems }) => problems))
    counts.set(problem, (counts.get(problem) ?? 0) + 1);
  const parts = [...counts].map(([problem, count]) => `${count} ${problem}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function facts(overview: Overview): Html {
  const { node, nodes, volumesInCluster, volumesServedHere, internalErrors, configErrors, time } = overview;
  const { sweep, jobs, refresh } = overview.requests;
  const notReady = nodes?.notReady ?? 0;
  const items: readonly (readonly [name: string, value: Html | string, bad?: boolean])[] = [
    ['This node', node ?? 'none: serves all volumes'],
    ['Volumes', `${volumesInCluster} in the cluster, ${volumesServedHere} served here`],
    ['Nodes', nodes === undefined ? 'not known' : `${nodes.ready} ready`],
    ...(notReady > 0 ? [['Nodes not ready', String(notReady), true] as const] : []),
    ['Snapshot sweep', requestsText(sweep, time), sweep.failing],
    ['Recurring jobs', requestsText(jobs, time), jobs.failing],
    ['Volume refresh', requestsText(refresh, time), refresh.failing],
    ...(internalErrors > 0
      ? [['Internal errors', `${internalErrors}: please report them`, true] as const]
      : []),
    ...(configErrors > 0 ? [['Invalid settings', `${configErrors}: see the log`, true] as const] : []),
    ...Object.entries(overview.limitsExceeded).map(
      ([limit, times]) => ['Limit exceeded', `${limit}, ${plural(times, 'time')}`, true] as const,
    ),
  ];
  return html`<dl class="facts">${items.map(([name, value, bad]) => html`<div${bad === true && html` class="bad"`}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function requestsText({ failing, errors, lastRoundEnded, lastRoundSeconds }: RequestsRow, now: number): Html {
  const took = lastRoundSeconds === undefined ? '' : `, took ${duration(lastRoundSeconds)}`;
  return html`${failing && 'failing; '}${lastRoundEnded === undefined ? 'no round yet' : html`last round ${ago(lastRoundEnded, now)}${took}`}${errors > 0 && `, ${plural(errors, 'error')}`}`;
}
