/**
 * `npm run chaos -- [--seed S] [--faults N | --minutes M] [--only TEXT]`: three exporters of one living cluster, as
 * processes in fast time, under a seeded schedule of all faults, compared with the truth throughout. A whole run, some
 * twenty minutes, is over when all was tried often enough; with options it ends sooner, and says what it lacks. Ends
 * with 1 when a bound is broken, or when a whole run lacks something.
 */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { live } from '../../demo/life.ts';
import { createCluster, nodeDown, nodeUp, seededRandom } from '../../simulator/index.ts';
import { pick, shuffled } from '../../simulator/random.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { BUILD } from '../memory.ts';
import { fastNow, SPEED } from './fast-time.ts';
import type { Fault } from './fault.ts';
import { CONNECTIONS } from './faults/connections.ts';
import { KILL_OF_ALL, KILLS } from './faults/kills.ts';
import { MESSAGES } from './faults/messages.ts';
import { REQUESTS } from './faults/requests.ts';
import { RESTARTS } from './faults/restarts.ts';
import { watchHistory } from './history.ts';
import { pausableTime } from './pausable.ts';
import { type Pod, startPod } from './pod.ts';
import { createReport } from './report.ts';
import { BOUND, observe, playRound, untilRight } from './round.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    faults: { type: 'string' },
    minutes: { type: 'string' },
    only: { type: 'string' },
  },
});
const { only = '' } = values;
const seed = Number(values.seed);
const started = performance.now();
const isWhole = values.faults === undefined && values.minutes === undefined && only === '';
/** Minutes, after which a whole run has failed: twice what it takes. */
const TOO_LONG = 45;
const deadline = started + Number(values.minutes ?? (isWhole ? TOO_LONG : Number.POSITIVE_INFINITY)) * 60_000;
process.stdout.write(`seed ${seed}; times are seconds of the exporters' world, ${SPEED} of them a second\n`);

const NODES = ['node-1', 'node-2', 'node-3'];
const FAULTS = [...CONNECTIONS, ...MESSAGES, ...REQUESTS, ...RESTARTS].filter(({ kind }) =>
  kind.includes(only),
);
if (FAULTS.length === 0) throw new Error(`no fault is called ${only}`);
const [DIES, RETURNS] = ['a node dies', 'a node returns'];
/** Of so many faults all but one are kills. */
const KILLS_TO_ANOTHER = 7;
/** Of the rounds that are not of kills alone, so many have a node die. */
const NODE_DEATHS = 0.15;
/** The life of the cluster goes on faster still, so that the faults have something to hide. */
const LIFE_SPEED = 2 * SPEED;

const random = seededRandom(seed);
const report = createReport();
const history = watchHistory(
  createCluster({ volumes: 24, nodes: NODES.length, backups: 48, seed, now: fastNow }),
);
const { cluster } = history;
const life = pausableTime(LIFE_SPEED, report.sceneLost);
live(cluster, { random: seededRandom(seed), say: () => {}, setTimer: life.setTimer });

/** A copy, because somebody may build anew before the last process is started. */
const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
const build = join(folder, 'longhorn-exporter.cjs');
copyFileSync(BUILD, build);

const pods: Pod[] = [];
for (const node of NODES) pods.push(await startPod(node, build, history, report.wrong));
const allBounds = () => new Map(pods.filter(({ alive }) => alive).map((pod) => [pod, BOUND]));

/** One that was sent too large a message stays away for five minutes, though single volumes may keep it right meanwhile. */
async function allSubscribed(): Promise<void> {
  const isAway = ({ alive, manager }: Pod) =>
    alive && STREAMS.some((stream) => manager.stats.connections[stream] === 0);
  const patient = performance.now() + 330_000 / SPEED;
  await observe(pods, () => performance.now() > patient || !pods.some(isAway));
}

/** Waits until all is right; a run in which it never is cannot go on. */
async function allRight(): Promise<void> {
  const bounds = allBounds();
  for (let tries = 0; tries < 6; tries++) {
    if ((await untilRight(cluster, bounds, performance.now())).size === bounds.size) return allSubscribed();
  }
  throw new Error('the truth is not served any more');
}

/** Each kind comes as often as its weight says, in another order each time. */
function* bag(faults: readonly Fault[]): Generator<Fault, never> {
  const repeated = faults.flatMap((fault) => Array<Fault>(Math.max(1, Math.round(fault.weight))).fill(fault));
  for (;;) yield* shuffled(repeated, random);
}
const kills = bag(KILLS);
const others = bag(FAULTS);

async function killRound(): Promise<void> {
  const plan = new Map(pods.map((pod) => [pod, kills.next().value]));
  report.outcomes(await playRound(plan, () => {}, cluster, life, random));
}

/** Two pods have a fault, and the connections of the third are killed again and again meanwhile. */
async function faultRound(): Promise<void> {
  const [victim, ...rest] = shuffled(pods, random);
  const plan = new Map(rest.map((pod) => [pod, others.next().value]));
  const lasts = Math.max(...[...plan.values()].map((fault) => fault.lasts));
  if (victim !== undefined) plan.set(victim, { ...KILL_OF_ALL, kind: 'kills again and again', lasts });
  const outcomes = await playRound(
    plan,
    (pod) => {
      const { connections } = pod.manager.stats;
      if (pod !== victim || random() > 0.1 || STREAMS.every((stream) => connections[stream] === 0)) return;
      pod.manager.faults.drop();
      report.kill();
    },
    cluster,
    life,
    random,
  );
  report.outcomes(outcomes);
}

/** A node dies with all that runs on it, and returns a while later. */
async function nodeRound(): Promise<void> {
  const pod = pick(pods, random);
  if (pod === undefined) return;
  const die = performance.now();
  await pod.die();
  nodeDown(cluster, pod.node);
  report.times(DIES, await untilRight(cluster, allBounds(), die), allBounds().size);
  life.run();
  const end = performance.now() + 1_000 + random() * 2_000;
  await observe(pods, () => performance.now() > end);
  life.pause();
  await pod.comeBack();
  nodeUp(cluster, pod.node);
  report.times(RETURNS, await untilRight(cluster, allBounds(), performance.now()), allBounds().size);
}

const lacks = () => report.lacks([...KILLS, ...FAULTS].map(({ kind }) => kind).concat(DIES, RETURNS));
const isOver = () =>
  performance.now() > deadline ||
  (isWhole ? lacks().length === 0 : report.count() >= Number(values.faults ?? Number.POSITIVE_INFINITY));

try {
  await allRight();
  while (!isOver()) {
    if (only === '' && random() * (KILLS_TO_ANOTHER / 2) > 1) await killRound();
    else if (only === '' && random() < NODE_DEATHS) await nodeRound();
    else await faultRound();
    await allRight();
  }
} catch (error) {
  // One that has ended answers no scrape.
  report.fail((error as Error).message);
}
report.exits(pods);
for (const lack of lacks()) {
  if (isWhole) report.fail(`too short: ${lack}`);
  else process.stdout.write(`Less than a whole run: ${lack}\n`);
}
const broken = report.print(pods, (performance.now() - started) / 60_000);
for (const pod of pods) pod.exporter.kill();
process.stdout.write(`seed ${seed}: ${broken === 0 ? 'all bounds held' : `${broken} bounds broken`}\n`);
process.exit(broken === 0 ? 0 : 1);
