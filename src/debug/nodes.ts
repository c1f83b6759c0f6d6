/** `/debug/nodes/NAME`: is it safe to stop this node? A verdict, and the effect on each volume. */

import type { Time } from '../clock.ts';
import type { NodeFacts } from '../longhorn/node.ts';
import type { StreamName } from '../longhorn/streams.ts';
import { NODE_TABLE } from '../metrics/node.ts';
import { replicasOf } from '../state/replicas.ts';
import { engineNodes, nodeSeries, redundancyNodes } from '../state/served.ts';
import type { Volume } from '../state/state.ts';
import { isInUse } from '../state/volumes.ts';
import type { View } from '../store.ts';
import { isLive } from '../stream/status.ts';
import { byName, plural } from './format.ts';
import { type Html, html, nodePath, scrolling, type Tone, volumePath } from './html.ts';
import { type Metric, metricsOf, seriesTable } from './series.ts';

/** Worst first. `unknown`: there is not enough current data. */
const VERDICTS = ['loses', 'unknown', 'stops', 'safe'] as const;
type Verdict = (typeof VERDICTS)[number];

const TONES: Readonly<Record<Verdict, Tone>> = { loses: 'bad', stops: 'warn', unknown: 'warn', safe: 'good' };

/** The effects on a volume when a node stops, worst first. */
const EFFECTS = [
  {
    name: 'only_copy',
    text: 'its only usable copy is here',
    holds: (volume: Volume, node: string) => {
      const nodes = redundancyNodes(volume);
      return nodes?.size === 1 && nodes.has(node);
    },
  },
  {
    name: 'remains',
    text: 'faulted, and a replica that may be salvageable is here',
    holds: (volume: Volume, node: string) => redundancyNodes(volume)?.size === 0 && hasReplica(volume, node),
  },
  {
    name: 'stops',
    text: 'attached here: its workload stops',
    holds: (volume: Volume, node: string) => engineNodes(volume).has(node) && isInUse(volume.facts),
  },
  {
    name: 'detaches',
    text: 'attached here, but not for a workload',
    holds: (volume: Volume, node: string) => engineNodes(volume).has(node) && !isInUse(volume.facts),
  },
  {
    name: 'rebuild_to',
    text: 'a rebuild to this node is interrupted',
    holds: (volume: Volume, node: string) => rebuilds(volume).includes(node),
  },
  {
    name: 'rebuild_from',
    text: 'a rebuild on another node may read from here',
    holds: (volume: Volume, node: string) =>
      rebuilds(volume).some((target) => target !== node) && redundancyNodes(volume)?.has(node) === true,
  },
  {
    name: 'degrades',
    text: 'becomes degraded: loses one of its usable replicas',
    holds: (volume: Volume, node: string) => {
      const nodes = redundancyNodes(volume);
      return nodes !== undefined && nodes.size > 1 && nodes.has(node);
    },
  },
] as const;
export type Effect = (typeof EFFECTS)[number]['name'];
export const EFFECT_NAMES: readonly Effect[] = EFFECTS.map(({ name }) => name);

const hasReplica = (volume: Volume, node: string): boolean =>
  (replicasOf(volume) ?? []).some(({ facts }) => facts.node === node);

/** The nodes of the replicas that are being rebuilt. */
const rebuilds = (volume: Volume): string[] =>
  (replicasOf(volume) ?? []).filter(({ status }) => status === 'rebuilding').map(({ facts }) => facts.node);

/** Field names are documented and stable, here and below. */
export interface NodeRow {
  readonly name: string;
  readonly ready: boolean;
  readonly zone: string | undefined;
  readonly verdict: Verdict;
  /** The verdict as text. */
  readonly sentence: string;
  /** Volumes with their engine on it. */
  readonly attached: number;
  readonly workloads: number;
  readonly soleCopies: number;
}

export interface NodePage {
  readonly time: number;
  readonly node: NodeRow;
  /** Affected volumes, worst first, then by name. */
  readonly volumes: readonly EffectRow[];
  readonly metrics: readonly Metric[];
}

export interface EffectRow {
  readonly name: string;
  readonly namespace: string;
  readonly pvc: string;
  readonly workload: string;
  /** Worst first. */
  readonly effects: readonly Effect[];
}

/** Least safe first; undefined until the first list of nodes. */
export function nodeRows(view: View, now: Time): NodeRow[] | undefined {
  const { nodes, volumes } = view.state;
  if (nodes === undefined) return undefined;
  const effects = new Map([...nodes.keys()].map((node) => [node, [] as EffectRow[]]));
  for (const volume of volumes.values())
    for (const node of nodesOf(volume)) {
      const row = effectsOn(volume, node);
      if (row !== undefined) effects.get(node)?.push(row);
    }
  const rest = missingData(view, now);
  return [...nodes.values()]
    .map((node) => nodeRow(node, effects.get(node.name) ?? [], rest))
    .sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || byName(a, b));
}

/** The nodes with an engine or a replica of the volume. */
const nodesOf = (volume: Volume): ReadonlySet<string> =>
  new Set([...engineNodes(volume), ...(replicasOf(volume) ?? []).map(({ facts }) => facts.node)]);

/** Undefined if Longhorn does not list the node. */
export function nodePage(name: string, view: View, now: Time): NodePage | undefined {
  const node = view.state.nodes?.get(name);
  if (node === undefined) return undefined;
  const rows = [...view.state.volumes.values()].flatMap((volume) => effectsOn(volume, name) ?? []);
  const series = nodeSeries(view.state).find((each) => each.node === name);
  const isServed = view.served.nodes.some((each) => each.node === name);
  return {
    time: now.wall,
    node: nodeRow(node, rows, missingData(view, now)),
    volumes: rows.sort((a, b) => rank(a) - rank(b) || byName(a, b)),
    metrics: series === undefined ? [] : metricsOf(NODE_TABLE, series, isServed, now),
  };
}

const rank = ({ effects: [worst] }: EffectRow): number =>
  worst === undefined ? EFFECTS.length : EFFECT_NAMES.indexOf(worst);

/** Undefined if the volume is not affected. */
function effectsOn(volume: Volume, node: string): EffectRow | undefined {
  const effects = EFFECTS.filter(({ holds }) => holds(volume, node)).map(({ name }) => name);
  if (effects.length === 0) return undefined;
  const { name, namespace, pvc, workload } = volume.facts;
  return { name, namespace, pvc, workload, effects };
}

/** Data that is stale or missing, so that no node can be called safe. */
interface MissingData {
  readonly stale: StreamName | undefined;
  /** Number of volumes without a list of replicas. */
  readonly hidden: number;
}

function missingData({ state, statuses, silence }: View, now: Time): MissingData {
  const stale = (['volumes', 'nodes'] as const).find((stream) => !isLive(statuses[stream], silence, now));
  const hidden = [...state.volumes.values()].filter(
    ({ facts }) => facts.state !== 'creating' && (facts.replicas ?? []).length === 0,
  );
  return { stale, hidden: hidden.length };
}

function nodeRow(
  { name, ready, zone }: NodeFacts,
  rows: readonly EffectRow[],
  { stale, hidden }: MissingData,
): NodeRow {
  const having = (...effects: Effect[]) =>
    rows.filter((row) => row.effects.some((each) => effects.includes(each)));
  const workloads = new Set(
    having('stops').map(({ name, namespace, workload }) =>
      workload === '' ? name : `${namespace}/${workload}`,
    ),
  );
  const soleCopies = having('only_copy').length;
  const remains = having('remains').length;
  const parts: readonly (readonly [Verdict, boolean, string])[] = [
    ['loses', soleCopies > 0, `loses the only copy of ${plural(soleCopies, 'volume')}`],
    ['loses', remains > 0, `loses the remaining replicas of ${plural(remains, 'faulted volume')}`],
    ['unknown', hidden > 0, `not known: Longhorn lists no replicas of ${plural(hidden, 'volume')}`],
    ['stops', workloads.size > 0, `stops ${plural(workloads.size, 'workload')}`],
  ];
  const found = parts.filter(([, holds]) => holds);
  return {
    name,
    ready,
    zone: zone === '' ? undefined : zone,
    verdict: stale !== undefined ? 'unknown' : (found[0]?.[0] ?? 'safe'),
    sentence:
      stale !== undefined
        ? `not known: the last list of ${stale} is too old`
        : found.map(([, , text]) => text).join('; ') || 'safe',
    attached: having('stops', 'detaches').length,
    workloads: workloads.size,
    soleCopies,
  };
}

export function nodeTable(nodes: readonly NodeRow[]): Html {
  const rows = nodes.map(
    ({
      name,
      ready,
      zone,
      verdict,
      sentence,
      attached,
      soleCopies,
    }) => html`<tr data-key="${name}"><th scope="row"><a href="${nodePath(name)}">${name}</a></th>
<td>${ready ? 'ready' : html`<span class="badge bad">not ready</span>`}</td>
<td><span class="badge ${TONES[verdict]}">${sentence}</span></td>
<td>${attached}</td><td>${soleCopies}</td><td>${zone ?? '–'}</td></tr>`,
  );
  return scrolling(
    'Table of nodes',
    html`<table class="nodes">
<thead><tr><th scope="col">Node</th><th scope="col">Condition</th><th scope="col">Stopping it</th><th scope="col">Attached</th><th scope="col">Only copies</th><th scope="col">Zone</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  );
}

export function nodeContent({ node, volumes, metrics, time }: NodePage): Html {
  const served = metrics.some((metric) => metric.served);
  return html`<h1>${node.name}</h1>
<p>Stopping this node: <span class="badge ${TONES[node.verdict]}">${node.sentence}</span>${!node.ready && html` <span class="badge bad">not ready</span>`}</p>
<section aria-labelledby="effects"><h2 id="effects" tabindex="-1">Volumes</h2>
${volumes.length === 0 ? html`<p>No volume is attached here or has a usable replica here.</p>` : effectTable(volumes)}</section>
<section aria-labelledby="metrics"><h2 id="metrics">Series</h2>
<p>Labels: <code>node="${node.name}"</code> and those shown.${!served && ' Not served by this exporter.'}</p>
${seriesTable(metrics, ['node'], served, time)}</section>`;
}

function effectTable(volumes: readonly EffectRow[]): Html {
  const rows = volumes.map(
    ({
      name,
      namespace,
      pvc,
      workload,
      effects,
    }) => html`<tr data-key="${name}"><th scope="row"><a href="${volumePath(name)}">${name}</a></th>
<td>${EFFECTS.filter((effect) => effects.includes(effect.name)).map((effect) => html`<div><span class="sign ${toneOf(effect.name)}">${effect.text}</span></div>`)}</td>
<td>${pvc === '' ? html`<small>no PVC</small>` : `${namespace}/${pvc}`}</td><td>${workload}</td></tr>`,
  );
  return scrolling(
    'Volumes of this node',
    html`<table class="effects">
<thead><tr><th scope="col">Volume</th><th scope="col">When the node stops</th><th scope="col">PVC</th><th scope="col">Workload</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  );
}

const toneOf = (effect: Effect): Tone =>
  effect === 'only_copy' || effect === 'remains' ? 'bad' : effect === 'stops' ? 'warn' : 'idle';
