/** Small signs for health and replicas: each has a shape or a letter and a name, so that colour is never alone. */

import type { ReplicaRow, VolumeRow } from '../volume-row.ts';
import { toneOfRobustness } from './event-text.ts';
import { age, ago, hundredths, percent, secondsBetween } from './format.ts';
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
  return html`<svg class="fill" aria-hidden="true"><rect width="${width}%" height="100%"/></svg><b>${hundredths(progress)}</b>`;
}

/** Its robustness, if that says anything: a detached volume is `unknown` as well. */
export const conditionOf = ({ robustness, problems }: VolumeRow): string | undefined =>
  robustness === '' || (robustness === 'unknown' && !problems.includes('unknown')) ? undefined : robustness;

/** How the volume is, and for how long it is known to be so. */
export function healthBadge(volume: VolumeRow): Html {
  const { state, robustnessSince, asOf } = volume;
  const condition = conditionOf(volume);
  if (condition === undefined) return html`<span class="badge idle">${state ?? 'not known'}</span>`;
  const since = robustnessSince && age(secondsBetween(robustnessSince, asOf));
  return html`<span class="badge ${toneOfRobustness(condition)}">${condition}</span>${
    since !== undefined && html` <small>for <time datetime="${robustnessSince}">${since}</time></small>`
  }`;
}

/** Of what is not known to hold any more. */
export const oldNote = (asOf: string, now: string): Html =>
  html`<small class="sign warn">as of ${ago(asOf, now)}</small>`;

/** What else is wrong with it, and how old all that is known of it is, if it is old. */
export function warnings(volume: VolumeRow, now: string): Html | false {
  const others = otherProblems(volume).join(', ');
  const isOld = volume.asOf !== now;
  if (others === '' && !isOld) return false;
  const old = isOld && html`as of ${ago(volume.asOf, now)}`;
  const title = isOld ? `${others} as of ${volume.asOf}` : others;
  return html`<small class="sign warn" title="${title}">${others}${others !== '' && isOld && ', '}${old}</small>`;
}

/** Problems that the robustness does not tell. */
const otherProblems = ({ robustness, problems }: VolumeRow): string[] =>
  problems.filter((problem) => problem !== robustness);
