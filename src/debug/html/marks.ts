/** Small signs for health and replicas: each has a shape or a letter and a name, so that colour is never alone. */

import type { ReplicaRow, VolumeRow } from '../volume-row.ts';
import { toneOfRobustness } from './event-text.ts';
import { age, percent, secondsBetween } from './format.ts';
import { type Html, html } from './html.ts';

const MOST_MARKS = 6;

export const replicaText = ({ node, status, progress }: ReplicaRow): string =>
  `${status}${progress === undefined ? '' : `, ${percent(progress)},`} on ${node === '' ? 'no node yet' : node}`;

export function replicaMarks({ replicas, replicasDesired }: VolumeRow): Html {
  const healthy = replicas.filter(({ status }) => status === 'healthy').length;
  const hidden = replicas.slice(MOST_MARKS);
  const troubled = replicas.filter(({ status }) => status === 'failed' || status === 'rebuilding');
  const places = new Set(troubled.map(({ node }) => node).filter((node) => node !== ''));
  const where = places.size === 0 ? '' : `, not ${[...places].join(', ')}`;
  return html`<span class="marks">${replicas.slice(0, MOST_MARKS).map(mark)}${
    hidden.length > 0 &&
    html`<i class="m more" role="img" title="${hidden.map(replicaText).join('; ')}">+${hidden.length}</i>`
  }</span><small title="${replicas.map(replicaText).join('; ')}">${healthy} of ${replicasDesired ?? '?'}${where}</small>`;
}

export function mark(replica: ReplicaRow): Html {
  const { status, progress } = replica;
  return html`<i class="m ${status}" role="img" title="${replicaText(replica)}">${
    status === 'rebuilding' && rebuilding(progress)
  }</i>`;
}

function rebuilding(progress: number | undefined): Html {
  if (progress === undefined) return html`…`;
  const width = Math.round(progress * 100);
  return html`<svg class="fill" aria-hidden="true"><rect width="${width}%" height="100%"/></svg><b>${Math.floor(progress * 100)}</b>`;
}

/** How the volume is, and since when if that is known. */
export function healthBadge({ robustness, state, robustnessSince, problems }: VolumeRow, now: string): Html {
  const idle = robustness === 'unknown' && !problems.includes('unknown');
  if (idle || robustness === undefined || robustness === '') {
    return html`<span class="badge idle">${state ?? 'not known'}</span>`;
  }
  const since = robustnessSince && age(secondsBetween(robustnessSince, now));
  return html`<span class="badge ${toneOfRobustness(robustness)}">${robustness}</span>${
    since !== undefined && html` <small>for <time datetime="${robustnessSince}">${since}</time></small>`
  }`;
}

/** Problems that the robustness does not tell. */
export const otherProblems = ({ robustness, problems }: VolumeRow): string[] =>
  problems.filter((problem) => problem !== robustness);
