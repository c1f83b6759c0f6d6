/** Folding a message of which one volume in a hundred has changed, against JSON.parse of the whole plus the same fold. */

import { createCluster } from '../simulator/index.ts';
import { createWire, listText } from '../simulator/wire.ts';
import { FOLDS, type FoldContext } from '../src/fold/fold.ts';
import { EMPTY_STATE, type State } from '../src/fold/state.ts';
import { type List, readList } from '../src/list/list.ts';
import type { JsonObject } from '../src/longhorn/read.ts';
import { KINDS } from '../src/longhorn/streams.ts';
import { readVolume, type VolumeFacts } from '../src/longhorn/volume.ts';
import { changingLists } from './lists.ts';
import { median } from './median.ts';

const context = (turn: number): FoldContext => ({
  now: { monotonic: turn * 5_000, wall: Date.now() },
  askedAt: turn * 5_000,
  longestGap: 120_000,
  node: undefined,
});

/** What everybody would write first. */
function parseAndFold(state: State, message: Buffer, turn: number): State {
  const { data } = JSON.parse(message.toString()) as { data: (JsonObject & { name: string })[] };
  const objects = new Map(
    data.map((volume) => [volume.name, { facts: readVolume(volume, volume.name), confirmed: true }]),
  );
  return FOLDS.volumes(state, objects, context(turn)).state;
}

export interface FoldResult {
  readonly megabytes: number;
  readonly ours: number;
  readonly baseline: number;
}

/** Median milliseconds a message; both take each message in turn. */
export function measureFold(volumes: number, rounds: number): FoldResult {
  const cluster = createCluster({ volumes, nodes: 10, backups: volumes * 3 });
  const list = listText(createWire(cluster, 'http://10.42.0.1:9500').list('volumes', '5s'));
  const next = changingLists(list);
  const times = { ours: [] as number[], baseline: [] as number[] };
  let [state, plainState]: [State, State] = [EMPTY_STATE, EMPTY_STATE];
  let last: List<VolumeFacts> | undefined;
  for (let turn = 0; turn < rounds + 5; turn++) {
    const message = next();
    globalThis.gc?.();
    let started = performance.now();
    last = readList(KINDS.volumes, message, last);
    if (last === undefined) throw new Error('not a list');
    state = FOLDS.volumes(state, last.objects, context(turn)).state;
    const ours = performance.now() - started;
    globalThis.gc?.();
    started = performance.now();
    plainState = parseAndFold(plainState, message, turn);
    const baseline = performance.now() - started;
    // The first rounds only warm up.
    if (turn < 5) continue;
    times.ours.push(ours);
    times.baseline.push(baseline);
  }
  if (plainState.volumes.size !== state.volumes.size) throw new Error('the two disagree');
  return { megabytes: list.length / 1e6, ours: median(times.ours), baseline: median(times.baseline) };
}
