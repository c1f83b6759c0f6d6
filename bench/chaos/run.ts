/**
 * `npm run chaos -- [--seed S] [--faults N | --minutes M] [--only TEXT]`: runs three exporters of one changing cluster
 * as processes in fast time, injects faults on a seeded schedule, and compares the metrics with the reference state. A
 * full run takes about twenty minutes and ends when every fault was tested often enough; with options it ends sooner
 * and prints what was not tested. Exits with 1 if a check fails, or if a full run did not test everything.
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
import { observe, playRound, RECOVERY_LIMIT, untilRecovered } from './round.ts';

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
const isFullRun = values.faults === undefined && values.minutes === undefined && only === '';
/** Minutes after which a full run has failed: twice its usual duration. */
const MAX_MINUTES = 45;
const deadline =
  started + Number(values.minutes ?? (isFullRun ? MAX_MINUTES : Number.POSITIVE_INFINITY)) * 60_000;
process.stdout.write(`seed ${seed}; times are in seconds of fast time, ${SPEED} per real second\n`);

const NODES = ['node-1', 'node-2', 'node-3'];
const FAULTS = [...CONNECTIONS, ...MESSAGES, ...REQUESTS, ...RESTARTS].filter(({ kind }) =>
  kind.includes(only),
);
if (FAULTS.length === 0) throw new Error(`no fault is called ${only}`);
const [DIES, RETURNS] = ['a node dies', 'a node returns'];
/** One fault in this many is not a kill. */
const FAULTS_PER_NON_KILL = 7;
/** The share of node deaths among the rounds that are not only kills. */
const NODE_DEATHS = 0.15;
/** The cluster changes even faster, so that every fault hides some events. */
const LIFE_SPEED = 2 * SPEED;

const random = seededRandom(seed);
const report = createReport();
const history = watchHistory(
  createCluster({ volumes: 24, nodes: NODES.length, backups: 48, seed, now: fastNow }),
);
const { cluster } = history;
const life = pausableTime(LIFE_SPEED, report.sceneLost);
live(cluster, { random: seededRandom(seed), say: () => {}, setTimer: life.setTimer });

/** A copy, because the original may be rebuilt before the last process is started. */
const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
const build = join(folder, 'longhorn-exporter.cjs');
copyFileSync(BUILD, build);

const pods: Pod[] = [];
for (const node of NODES) pods.push(await startPod(node, build, history, report.inconsistency));
const allLimits = () => new Map(pods.filter(({ alive }) => alive).map((pod) => [pod, RECOVERY_LIMIT]));

/** A stream stays disconnected for five minutes after a message that is too large, even if GETs keep volumes up to date. */
async function allConnected(): Promise<void> {
  const isDisconnected = ({ alive, manager }: Pod) =>
    alive && STREAMS.some((stream) => manager.stats.connections[stream] === 0);
  const reconnectDeadline = performance.now() + 330_000 / SPEED;
  await observe(pods, () => performance.now() > reconnectDeadline || !pods.some(isDisconnected));
}

/** Waits until all pods have recovered; throws if they never do. */
async function allRecovered(): Promise<void> {
  const limits = allLimits();
  for (let tries = 0; tries < 6; tries++) {
    if ((await untilRecovered(cluster, limits, performance.now())).size === limits.size)
      return allConnected();
  }
  throw new Error('the exporters no longer serve the reference state');
}

/** Yields every fault as often as its weight says, then all of them again in another order. */
function* repeatShuffled(faults: readonly Fault[]): Generator<Fault, never> {
  const repeated = faults.flatMap((fault) => Array<Fault>(Math.max(1, Math.round(fault.weight))).fill(fault));
  for (;;) yield* shuffled(repeated, random);
}
const kills = repeatShuffled(KILLS);
const others = repeatShuffled(FAULTS);

async function killRound(): Promise<void> {
  const plan = new Map(pods.map((pod) => [pod, kills.next().value]));
  report.outcomes(await playRound(plan, () => {}, cluster, life, random));
}

/** Two pods have a fault, while the connections of the third are killed repeatedly. */
async function faultRound(): Promise<void> {
  const [killed, ...rest] = shuffled(pods, random);
  const plan = new Map(rest.map((pod) => [pod, others.next().value]));
  const lasts = Math.max(...[...plan.values()].map((fault) => fault.lasts));
  if (killed !== undefined) plan.set(killed, { ...KILL_OF_ALL, kind: 'kills, repeated', lasts });
  const outcomes = await playRound(
    plan,
    (pod) => {
      const { connections } = pod.manager.stats;
      if (pod !== killed || random() > 0.1 || STREAMS.every((stream) => connections[stream] === 0)) return;
      pod.manager.faults.drop();
      report.kill();
    },
    cluster,
    life,
    random,
  );
  report.outcomes(outcomes);
}

/** A node dies with its manager and exporter, and returns some time later. */
async function nodeRound(): Promise<void> {
  const pod = pick(pods, random);
  if (pod === undefined) return;
  const diedAt = performance.now();
  await pod.die();
  nodeDown(cluster, pod.node);
  report.recoveries(DIES, await untilRecovered(cluster, allLimits(), diedAt), allLimits().size);
  life.run();
  const end = performance.now() + 1_000 + random() * 2_000;
  await observe(pods, () => performance.now() > end);
  life.pause();
  await pod.comeBack();
  nodeUp(cluster, pod.node);
  report.recoveries(RETURNS, await untilRecovered(cluster, allLimits(), performance.now()), allLimits().size);
}

const missing = () => report.missing([...KILLS, ...FAULTS].map(({ kind }) => kind).concat(DIES, RETURNS));
const isOver = () =>
  performance.now() > deadline ||
  (isFullRun ? missing().length === 0 : report.count() >= Number(values.faults ?? Number.POSITIVE_INFINITY));

try {
  await allRecovered();
  while (!isOver()) {
    if (only === '' && random() * (FAULTS_PER_NON_KILL / 2) > 1) await killRound();
    else if (only === '' && random() < NODE_DEATHS) await nodeRound();
    else await faultRound();
    await allRecovered();
  }
} catch (error) {
  // A scrape fails if the exporter has ended.
  report.fail((error as Error).message);
}
report.exits(pods);
for (const untested of missing()) {
  if (isFullRun) report.fail(`not tested enough: ${untested}`);
  else process.stdout.write(`Not a full run: ${untested}\n`);
}
const failures = report.print(pods, (performance.now() - started) / 60_000);
for (const pod of pods) pod.exporter.kill();
process.stdout.write(`seed ${seed}: ${failures === 0 ? 'all checks passed' : `${failures} checks failed`}\n`);
process.exit(failures === 0 ? 0 : 1);
