/**
 * `npm run chaos -- [--seed S] [--faults N | --minutes M] [--only TEXT]`: three exporters of one living cluster, as
 * processes in fast time, under a seeded schedule of all faults, compared with the truth throughout. About fourteen
 * minutes unless told otherwise; ends with 1 when a bound is broken.
 */

import { parseArgs } from 'node:util';
import { createCluster, live, nodeDown, nodeUp, STREAMS, seededRandom } from '../../simulator/index.ts';
import { pick, shuffled } from '../../simulator/random.ts';
import { fastNow, SPEED } from './fast-time.ts';
import { FAULTS, type Fault, KILLS } from './faults.ts';
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
const seed = Number(values.seed);
const started = performance.now();
const deadline = started + Number(values.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
const wanted = Number(values.faults ?? (values.minutes === undefined ? 1_150 : Number.POSITIVE_INFINITY));
process.stdout.write(`seed ${seed}; times are seconds of the exporters' world, ${SPEED} of them a second\n`);

const NODES = ['node-1', 'node-2', 'node-3'];
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

const pods: Pod[] = [];
for (const node of NODES) pods.push(await startPod(node, history, report.wrong));
const allBounds = () => new Map(pods.filter(({ alive }) => alive).map((pod) => [pod, BOUND]));

/** One that was sent too large a message stays away for five minutes, though single volumes may keep it right meanwhile. */
async function allSubscribed(): Promise<void> {
  const isAway = ({ alive, manager }: Pod) =>
    alive && STREAMS.some((stream) => manager.stats.connections[stream] === 0);
  const patient = performance.now() + 330_000 / SPEED;
  await observe(
    pods,
    () => performance.now() > patient || !pods.some(isAway),
    () => {},
  );
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
const others = bag(FAULTS.filter(({ kind }) => kind.includes(values.only ?? '')));

async function killRound(): Promise<void> {
  const plan = new Map(pods.map((pod) => [pod, kills.next().value]));
  report.outcomes(await playRound(plan, () => {}, cluster, life, random));
}

/** Two pods have a fault, and the connections of the third are killed again and again meanwhile. */
async function faultRound(): Promise<void> {
  const [victim, ...rest] = shuffled(pods, random);
  const plan = new Map(rest.map((pod) => [pod, others.next().value]));
  if (victim !== undefined && KILLS[0]) plan.set(victim, KILLS[0]);
  const outcomes = await playRound(
    plan,
    (pod) => {
      if (pod !== victim || random() > 0.1) return;
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
  report.times('a node dies', await untilRight(cluster, allBounds(), die), allBounds().size);
  life.run();
  const end = performance.now() + 1_000 + random() * 2_000;
  await observe(
    pods,
    () => performance.now() > end,
    () => {},
  );
  life.pause();
  await pod.comeBack();
  nodeUp(cluster, pod.node);
  report.times('a node returns', await untilRight(cluster, allBounds(), performance.now()), allBounds().size);
}

await allRight();
while (report.count() < wanted && performance.now() < deadline) {
  if (values.only === undefined && random() * (KILLS_TO_ANOTHER / 2) > 1) await killRound();
  else if (values.only === undefined && random() < NODE_DEATHS) await nodeRound();
  else await faultRound();
  report.exits(pods);
  await allRight();
}
const broken = report.print(pods, (performance.now() - started) / 60_000);
for (const pod of pods) pod.exporter.kill();
process.stdout.write(`seed ${seed}: ${broken === 0 ? 'all bounds held' : `${broken} bounds broken`}\n`);
process.exit(broken === 0 ? 0 : 1);
