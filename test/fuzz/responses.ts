/** Makes responses to requests for a single volume: some valid, some mutated. */

import { readFileSync } from 'node:fs';
import type { ManagerResponse } from '../../src/requests/client.ts';
import type { RequestKind } from '../../src/requests/status.ts';
import { mutateBytes, truncate } from './bytes.ts';
import type { Cluster } from './cluster.ts';
import type { Dice } from './dice.ts';
import { encode, NAMES } from './nasty.ts';
import { mutateObject } from './objects.ts';
import { VERSIONS } from './recordings.ts';
import { split } from './split.ts';

const recordedResponses = (name: string): string[] =>
  VERSIONS.map((version) =>
    readFileSync(new URL(`../fixtures/${version}/${name}.json`, import.meta.url), 'utf8'),
  );

/** For `pvc-aa01`, and for any volume without snapshots. */
export const SNAPSHOTS = recordedResponses('snapshotCRList-pvc-aa01');
export const NO_SNAPSHOTS = recordedResponses('snapshotCRList-no-snapshots');
/** For volumes with jobs, with a group of jobs, and with none. */
export const JOBS = ['job-backed', 'job-grouped', 'job-none'].flatMap((volume) =>
  recordedResponses(`recurringJobList-${volume}`),
);

/** A recorded list with some elements removed and others mutated. */
function list(text: string, kind: 'snapshots' | 'jobs', dice: Dice): Buffer {
  const bytes = Buffer.from(text);
  const spans = split(bytes) ?? [];
  const elements = spans.map(({ start, end }) => text.slice(start, end)).filter(() => dice.chance(0.8));
  const mutated = elements.map((element) =>
    dice.chance(0.15) ? mutateObject(element, kind, dice) : element,
  );
  const [head, tail] = [text.slice(0, spans[0]?.start ?? 0), text.slice(spans.at(-1)?.end ?? 0)];
  return spans.length === 0 ? bytes : encode(head + mutated.join(',') + tail);
}

/** The name of a volume that may be requested, and its object. */
function volume(cluster: Cluster, dice: Dice): { name: string; text: string } {
  const texts = cluster.objects('volumes').flatMap(({ text }) => text ?? []);
  const text = texts.length === 0 ? '{"name":"x","type":"volume"}' : dice.pick(texts);
  return { name: JSON.parse(text).name, text };
}

function bodyOf(kind: RequestKind, volume: string, dice: Dice): Buffer {
  switch (kind) {
    case 'sweep':
      return list(dice.pick(dice.chance(0.2) ? NO_SNAPSHOTS : SNAPSHOTS), 'snapshots', dice);
    case 'jobs':
      return list(dice.pick(JOBS), 'jobs', dice);
    case 'refresh':
      return encode(dice.chance(0.5) ? mutateObject(volume, 'volumes', dice) : volume);
  }
}

export function makeResponse(
  cluster: Cluster,
  names: readonly string[],
  now: number,
  dice: Dice,
): { kind: RequestKind; name: string; response: ManagerResponse } {
  const kind = dice.weighted<RequestKind>([
    [4, 'sweep'],
    [4, 'refresh'],
    [2, 'jobs'],
  ]);
  const { name: existing, text } = volume(cluster, dice);
  const name = dice.weighted([
    [kind === 'refresh' ? 0 : 5, names.length > 0 ? dice.pick(names) : existing],
    [5, existing],
    [1, dice.pick(NAMES)],
  ]);
  const status = dice.weighted([
    [20, 200],
    [1, 404],
    [1, dice.pick([0, 204, 301, 400, 500])],
  ]);
  let body = bodyOf(kind, text, dice);
  if (dice.chance(0.1)) body = mutateBytes(body, dice);
  if (dice.chance(0.02)) body = truncate(body, dice);
  const requestedAt = now - (dice.chance(0.2) ? dice.below(20_000) : 0);
  return { kind, name, response: { status, body, requestedAt, tookMs: 1 + dice.below(20) } };
}
