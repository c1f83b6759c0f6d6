/** Measures one variant for bench/fold.ts. Arguments: the variant, a folder of consecutive messages, their number. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type List, readList } from '../src/list/list.ts';
import type { JsonObject } from '../src/longhorn/read.ts';
import { KINDS } from '../src/longhorn/streams.ts';
import { readVolume, type VolumeFacts } from '../src/longhorn/volume.ts';
import { FOLDS } from '../src/state/fold.ts';
import { EMPTY_STATE, type FoldContext, type State } from '../src/state/state.ts';
import { median } from './median.ts';

const [variant, folder = '', messages = ''] = process.argv.slice(2);
const WARM_UP = 10;

const context = (index: number): FoldContext => ({
  now: { monotonic: index * 5_000, wall: Date.now() },
  requestedAt: index * 5_000,
  longestGap: 120_000,
  node: undefined,
  timeZone: 'UTC',
});

let last: List<VolumeFacts> | undefined;
let state: State = EMPTY_STATE;

function ours(message: Buffer, index: number): void {
  last = readList(KINDS.volumes, message, last);
  if (last === undefined) throw new Error('not a list');
  state = FOLDS.volumes(state, last.objects, context(index)).state;
}

/** The straightforward implementation. */
function baseline(message: Buffer, index: number): void {
  const { data } = JSON.parse(message.toString()) as { data: (JsonObject & { name: string })[] };
  const objects = new Map(
    data.map((volume) => [volume.name, { facts: readVolume(volume, volume.name), confirmed: true }]),
  );
  state = FOLDS.volumes(state, objects, context(index)).state;
}

const run = variant === 'ours' ? ours : baseline;
const times: number[] = [];
for (let index = 0; index < Number(messages); index++) {
  const message = readFileSync(join(folder, `${index}.json`));
  // The garbage of one message must not slow down the next.
  globalThis.gc?.();
  const started = performance.now();
  run(message, index);
  times.push(performance.now() - started);
}
process.stdout.write(JSON.stringify({ ms: median(times.slice(WARM_UP)), volumes: state.volumes.size }));
