/** `npm run fuzz`: a million mutated messages, or the given number, through the real store. */

import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { collectGarbage } from '../../src/garbage.ts';
import { clearCaches } from './exposition.ts';
import { fuzz } from './fuzz.ts';
import type { Tally } from './tally.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    from: { type: 'string', default: '0' },
    'no-promtool': { type: 'boolean', default: false },
  },
});
const messages = Number(values.messages);
const seed = Number(values.seed);
const from = Number(values.from);
const MIB = 1024 * 1024;
/** By this many messages the caches of the fuzz are full; growth after that is a leak. */
const WARM_UP = 50_000;
const MAX_HEAP_GROWTH_MIB = 32;
const MAX_RSS_GROWTH_MIB = 128;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(`seed ${seed}: ${messages} messages from ${from}`);
const started = performance.now();

interface Memory {
  readonly done: number;
  readonly heap: number;
  readonly rss: number;
}

function measure(done: number): Memory {
  clearCaches();
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  return { done, heap: Math.round(heapUsed / MIB), rss: Math.round(rss / MIB) };
}

const memories: Memory[] = [measure(0)];
const tenth = Math.max(1_000, Math.floor(messages / 10));

function progress(done: number, tally: Tally): void {
  if (done === WARM_UP || done % tenth === 0) memories.push(measure(done));
  if (done % tenth !== 0) return;
  const seconds = (performance.now() - started) / 1000;
  const { heap, rss } = memories.at(-1) as Memory;
  const rate = Math.round(done / seconds);
  print(`${done} messages, ${rate}/s, ${tally.get('lists')} lists, heap ${heap} MiB, RSS ${rss} MiB`);
}

try {
  const promtoolEvery = values['no-promtool'] ? undefined : 5_000;
  const tally = await fuzz({ seed, from, messages, promtoolEvery, progress });
  const seconds = (performance.now() - started) / 1000;
  print('');
  for (const [what, count] of tally.rows()) print(`${String(count).padStart(12)}  ${what}`);
  print(`${seconds.toFixed(0)} s, ${Math.round(tally.get('messages') / seconds)} messages a second`);
  for (const { done, heap, rss } of memories) print(`after ${done}: heap ${heap} MiB, RSS ${rss} MiB`);
  const warm = memories.find(({ done }) => done >= WARM_UP);
  const last = memories.at(-1);
  if (warm !== undefined && last !== undefined) {
    if (last.heap > warm.heap + MAX_HEAP_GROWTH_MIB)
      throw new Error(`heap grew from ${warm.heap} MiB to ${last.heap} MiB`);
    if (last.rss > warm.rss + MAX_RSS_GROWTH_MIB)
      throw new Error(`RSS grew from ${warm.rss} MiB to ${last.rss} MiB`);
  }
  print(`seed ${seed}: no failure`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
