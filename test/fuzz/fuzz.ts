/** Sends mutated messages to a store, with a new store for every stretch of messages. */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import { ERROR_REASONS } from '../../src/stream/policy.ts';
import { findings } from '../support/promtool.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { type Dice, diceOf } from './dice.ts';
import { makeMessage } from './messages.ts';
import { NAMES } from './nasty.ts';
import { VERSIONS } from './recordings.ts';
import { checkRecovery, renderClean } from './recovery.ts';
import { makeResponse } from './responses.ts';
import { createTally, type Tally } from './tally.ts';
import { createWorld, NO_LIMITS, type World } from './world.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** The index of the first message; its stretch is repeated from the start. */
  readonly from: number;
  readonly messages: number;
  /** promtool checks one exposition per this many messages; undefined: never. */
  readonly promtoolEvery: number | undefined;
  readonly progress?: (done: number, tally: Tally) => void;
}

/** The number of messages for one store. */
export const STRETCH = 2_000;

/** Random choices for a whole stretch use separate indexes. */
const STRETCH_DICE = 2 ** 31;
const RECOVERY_DICE = STRETCH_DICE + 2 ** 30;

interface Stretch {
  readonly world: World;
  readonly cluster: Cluster;
  readonly node: string | undefined;
  readonly dice: Dice;
}

export async function fuzz({ seed, from, messages, promtoolEvery, progress }: FuzzOptions): Promise<Tally> {
  const tally = createTally();
  // Shared by all stores, as its process metrics cannot be released; so histograms keep counting across stretches.
  const exposition = createExposition(NO_LIMITS);
  const { heads } = await renderClean(VERSIONS[0], undefined);
  const start = from - (from % STRETCH);
  const end = from + messages;
  let last: Buffer = Buffer.alloc(0);
  let what = '';

  const begin = (index: number): Stretch => {
    const dice = diceOf(seed, STRETCH_DICE + index);
    const cluster = newCluster(dice);
    const node = dice.chance(0.25) ? 'node-1' : undefined;
    tally.count('stores');
    return { cluster, node, dice, world: createWorld(exposition, node, cluster.spared, tally) };
  };

  async function step({ world, cluster }: Stretch, index: number): Promise<void> {
    const dice = diceOf(seed, index);
    advanceTime(world, dice);
    if (dice.chance(0.03)) sendEvent(world, dice);
    if (dice.chance(0.1)) {
      const { kind, name, response } = makeResponse(cluster, world.names(), world.now(), dice);
      what = `response to ${kind} of ${JSON.stringify(name.slice(0, 300))}, status ${response.status}`;
      last = response.body;
      world.requestEvent(kind, { type: 'succeeded', tookMs: response.tookMs });
      world.response(kind, name, response);
    } else {
      const stream = pickStream(dice);
      cluster.step(stream, dice);
      what = `making a message of ${stream}`;
      const { how, bytes } = makeMessage(cluster, stream, dice);
      what = `${stream} message: ${how}`;
      last = bytes;
      const late = dice.chance(0.02) ? dice.below(60_000) : 0;
      const accepted = world.message(stream, bytes, late, dice.chance(0.1) || how === 'envelope');
      tally.count(`${accepted ? 'accepted' : 'rejected'}: ${how}`);
    }
    const lint = promtoolEvery !== undefined && index % promtoolEvery === promtoolEvery - 1;
    if (!lint && !dice.chance(0.05)) return;
    const { text } = await world.render(heads);
    tally.count('expositions checked');
    if (!lint) return;
    const found = findings(String(text));
    if (found.length > 0) throw new Error(`promtool: ${found.join('; ')}`);
    tally.count('expositions checked by promtool');
  }

  let stretch = begin(start);
  for (let index = start; index < end; index++) {
    if (index % STRETCH === 0 && index > start) stretch = begin(index);
    try {
      await step(stretch, index);
      if (index === end - 1 || index % STRETCH === STRETCH - 1) {
        what += ', then clean lists';
        await checkRecovery(stretch.world, stretch.node, heads, tally, diceOf(seed, RECOVERY_DICE + index));
      }
    } catch (error) {
      throw failure(error, seed, index, what, last);
    }
    tally.count('messages');
    progress?.(index + 1 - start, tally);
  }
  return tally;
}

function failure(error: unknown, seed: number, index: number, what: string, bytes: Buffer): Error {
  const file = join(tmpdir(), `longhorn-exporter-fuzz-${seed}-${index}`);
  writeFileSync(file, bytes);
  const lines = [
    `seed ${seed}, message ${index} (its stretch starts at ${index - (index % STRETCH)}), ${what}`,
    error instanceof Error ? (error.stack ?? error.message) : `the thrown value is not an Error: ${error}`,
    `the message: ${file}`,
    `to repeat: npm run fuzz -- --seed ${seed} --from ${index} --messages 1`,
  ];
  return new Error(lines.join('\n'), { cause: error });
}

const HOUR = 3_600_000;

function advanceTime(world: World, dice: Dice): void {
  world.advance(
    dice.weighted([
      [20, 1],
      [60, 1 + dice.below(5_000)],
      [15, 1 + dice.below(30_000)],
      [3, 60_000 + dice.below(60_000)],
      [2, 400_000 + dice.below(1_000_000)],
    ]),
  );
  if (dice.chance(0.01))
    world.stepWall(dice.pick([-HOUR, HOUR, -1, 1_500, -86_400_000, 86_400_000, -40 * 365 * 24 * HOUR]));
}

const pickStream = (dice: Dice): StreamName =>
  dice.weighted([
    [5, 'volumes'],
    [3, 'backups'],
    [1, 'nodes'],
    [1, 'backuptargets'],
    [1, 'recurringjobs'],
  ]);

/** Events from the streams and request rounds other than lists and responses. */
function sendEvent(world: World, dice: Dice): void {
  const stream = dice.pick(STREAMS);
  const detail = dice.pick(NAMES);
  dice.weighted<() => void>([
    [2, () => world.event(stream, { type: 'failed', reason: dice.pick(ERROR_REASONS), detail })],
    [1, () => world.event(stream, { type: 'opened' })],
    [1, () => world.event(stream, { type: 'resync' })],
    [
      1,
      () =>
        world.event(stream, {
          type: 'measured',
          listMs: dice.below(2_000),
          costMs: dice.below(50),
          resized: false,
        }),
    ],
    [1, () => world.requestEvent('sweep', { type: 'failed', detail, tookMs: dice.below(20) })],
    [1, () => world.requestEvent('sweep', { type: 'round', tookMs: dice.below(300_000) })],
  ])();
}
