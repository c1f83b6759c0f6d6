/** All that this exporter knows, as `/debug` and `/debug.json` show it. Field names are documented and stable. */

import type { Time } from '../clock.ts';
import { STREAMS } from '../longhorn/streams.ts';
import type { KindStatus } from '../requests/status.ts';
import type { View } from '../store.ts';
import { type EventRow, eventRow } from './events.ts';
import { PROBLEMS } from './problems.ts';
import { type StreamRow, streamRow } from './stream-row.ts';
import { timeOf } from './times.ts';
import { type VolumeRow, volumeRow } from './volume-row.ts';

/** Times are RFC 3339. */
export interface Overview {
  readonly time: string;
  readonly version: string;
  /** The node of this exporter; absent when it serves all volumes. */
  readonly node: string | undefined;
  readonly serves: 'owned' | 'all';
  /** `longhorn_up`. */
  readonly up: boolean;
  readonly streams: readonly StreamRow[];
  readonly requests: Readonly<Record<'sweep' | 'refresh', RequestsRow>>;
  readonly nodes: { readonly ready: number; readonly notReady: number } | undefined;
  readonly volumesInCluster: number;
  readonly volumesServedHere: number;
  readonly internalErrors: number;
  readonly configErrors: number;
  /** Only those that were hit. */
  readonly limitsExceeded: Readonly<Record<string, number>>;
  /** Worst first, then by name. */
  readonly volumes: readonly VolumeRow[];
  /** What was last seen to happen, the newest first. */
  readonly events: readonly EventRow[];
}

/** Requests for single volumes: sweeps over their snapshots, and GETs between two lists. */
export interface RequestsRow {
  readonly failing: boolean;
  readonly errors: number;
  readonly costSeconds: number;
  readonly lastRoundEnded: string | undefined;
  readonly lastRoundSeconds: number | undefined;
}

export function overview(view: View, now: Time): Overview {
  const { state, served, requests, timeline, node, version } = view;
  const streams = STREAMS.map((stream) => streamRow(stream, view, now));
  const here = new Set(served.volumes.map(({ volume }) => volume));
  const volumes = [...state.volumes.values()].map((volume) => volumeRow(volume, view, here.has(volume), now));
  return {
    time: new Date(now.wall).toISOString(),
    version,
    node,
    serves: node === undefined ? 'all' : 'owned',
    up: streams.every(({ live }) => live),
    streams,
    requests: { sweep: requestsRow(requests.sweep, now), refresh: requestsRow(requests.refresh, now) },
    nodes: nodesOf(view),
    volumesInCluster: state.volumes.size,
    volumesServedHere: served.volumes.length,
    internalErrors: view.internalErrors,
    configErrors: view.configErrors,
    limitsExceeded: Object.fromEntries([...view.limits].filter(([, times]) => times > 0)),
    volumes: volumes.sort(worstFirst),
    events: timeline.latest.map((event) => eventRow(event, now)).reverse(),
  };
}

function requestsRow({ failing, errors, costMs, roundEndedAt, roundMs }: KindStatus, now: Time): RequestsRow {
  return {
    failing,
    errors,
    costSeconds: costMs / 1000,
    lastRoundEnded: roundEndedAt === undefined ? undefined : timeOf(roundEndedAt, now),
    lastRoundSeconds: roundMs === undefined ? undefined : roundMs / 1000,
  };
}

function nodesOf({ state: { nodes } }: View): Overview['nodes'] {
  if (nodes === undefined) return undefined;
  const ready = [...nodes.values()].filter((node) => node.ready).length;
  return { ready, notReady: nodes.size - ready };
}

/** A volume's worst problem decides; one without any comes last. */
export function worstFirst(a: VolumeRow, b: VolumeRow): number {
  const difference = rank(a) - rank(b);
  return difference === 0 ? Number(a.name > b.name) - Number(a.name < b.name) : difference;
}

function rank({ problems: [worst] }: VolumeRow): number {
  return worst === undefined ? PROBLEMS.length : PROBLEMS.indexOf(worst);
}
