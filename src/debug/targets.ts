/** The backup targets: whether each is available, since when, and how many volumes use it. */

import { type Time, toWall } from '../clock.ts';
import type { FailureReason } from '../longhorn/failure-reason.ts';
import type { View } from '../store.ts';
import { at } from './format.ts';
import { type Html, html, scrolling, type Tone } from './html.ts';
import { runbookPath } from './runbooks.ts';

/** Field names are documented and stable. A target's URL and messages may contain secrets and are not shown. */
export interface TargetRow {
  readonly name: string;
  /** The scheme of its URL; absent without a URL. */
  readonly scheme: string | undefined;
  readonly available: boolean | undefined;
  /** When its current availability was first seen. */
  readonly since: number;
  /** Only while it is unavailable. */
  readonly reason: FailureReason | undefined;
  /** Number of volumes that use it. */
  readonly volumes: number;
  /** The alert that fires if this lasts; also the name of its runbook. */
  readonly alert: 'LonghornBackupTargetUnavailable' | 'LonghornBackupTargetLost' | undefined;
}

/** Undefined until the first list. */
export function targetRows({ state }: View, now: Time): TargetRow[] | undefined {
  const { targets, volumes, backups } = state;
  if (targets === undefined) return undefined;
  const uses = new Map<string, number>();
  for (const { facts } of volumes.values())
    uses.set(facts.backupTarget, (uses.get(facts.backupTarget) ?? 0) + 1);
  const hadBackups = new Set([...backups.newest.values()].flatMap((byTarget) => [...byTarget.keys()]));
  return [...targets.values()].map(({ facts, since }) => {
    const { name, scheme, available, reason } = facts;
    const row = { name, scheme, available, since: toWall(since, now), volumes: uses.get(name) ?? 0 };
    const isUnavailable = scheme !== undefined && available === false;
    const isLost = scheme === undefined && row.volumes > 0 && hadBackups.has(name);
    return {
      ...row,
      reason: isUnavailable ? reason : undefined,
      alert: isUnavailable
        ? 'LonghornBackupTargetUnavailable'
        : isLost
          ? 'LonghornBackupTargetLost'
          : undefined,
    };
  });
}

export function targetTable(targets: readonly TargetRow[], now: number): Html {
  const rows = targets.map((target) => {
    const { tone, text } = conditionText(target);
    return html`<tr data-key="${target.name}"><th scope="row">${target.name}</th>
<td><span class="badge ${tone}">${text}</span>${target.alert !== undefined && html` <small>alert and runbook <a href="${runbookPath(target.alert)}">${target.alert}</a></small>`}</td>
<td>${at(target.since, now)}</td><td>${target.scheme ?? '–'}</td><td>${target.volumes}</td></tr>`;
  });
  return scrolling(
    'Table of backup targets',
    html`<table class="targets">
<thead><tr><th scope="col">Target</th><th scope="col">Condition</th><th scope="col">Since</th><th scope="col">Scheme</th><th scope="col">Volumes</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  );
}

function conditionText({ scheme, available, reason, alert }: TargetRow): { tone: Tone; text: string } {
  if (scheme === undefined)
    return alert === undefined ? { tone: 'idle', text: 'no URL' } : { tone: 'bad', text: 'no URL any more' };
  if (available === undefined) return { tone: 'idle', text: 'not known' };
  return available ? { tone: 'good', text: 'available' } : { tone: 'bad', text: `unavailable: ${reason}` };
}
