/** One round: faults on several pods that all end at the same moment, then the cluster is paused until all pods have recovered. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, Random } from '../../simulator/index.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { samples } from '../../test/support/series.ts';
import { changeWhatItServes } from './content.ts';
import { SPEED } from './fast-time.ts';
import type { Fault } from './fault.ts';
import type { PausableTime } from './pausable.ts';
import { type Pod, SWEEP } from './pod.ts';
import { differences, referenceOf } from './reference.ts';

/** Between two scrapes of a pod. */
const SCRAPE_MS = 50;

/** How long the cluster keeps changing after a fault, and how long to wait for connections before one. */
const [BLIND_MS, CONNECTED_MS] = [250, 3_000];

/** The time between two changes while a pod does not show its fault yet; short enough that no stream resyncs for lack of changes. */
const NEWS_MS = 1_000;

/** Seconds of fast time: one silence limit, one backoff and one list; then the rest of a sweep, and a full one. */
export const BOUND = 60 + 30 + 5 + 2 * SWEEP;

/** Allowance for a busy machine, in seconds of fast time. */
export const MACHINE = 15;

/** The result for one pod, in seconds of fast time. */
export interface Outcome {
  readonly fault: Fault;
  readonly pod: Pod;
  /** From the fault's end until it served the reference state; undefined: not within the limit. */
  readonly right: number | undefined;
  /** From the fault's beginning until longhorn_up was 0; undefined: never. */
  readonly down: number | undefined;
  readonly shown: boolean;
  /** A series that should have been withdrawn when the fault ended. */
  readonly left: string | undefined;
}

const seconds = (from: number): number => ((performance.now() - from) / 1000) * SPEED;

const sum = (exposition: string, shown: RegExp): number => {
  let total = 0;
  for (const [series, value] of samples(exposition)) if (shown.test(series)) total += value;
  return total;
};

/** Whether every stream is connected. */
const isConnected = ({ manager }: Pod): boolean =>
  STREAMS.every((stream) => manager.stats.connections[stream] === 1);

const isUp = (exposition: string): boolean => /^longhorn_up 1$/m.test(exposition);

/** Scrapes the running pods repeatedly until `over`. */
export async function observe(
  pods: readonly Pod[],
  over: () => boolean,
  seen: (pod: Pod) => void = () => {},
): Promise<void> {
  while (!over()) {
    for (const pod of pods) {
      if (!pod.alive) continue;
      await pod.scrape();
      seen(pod);
    }
    await delay(SCRAPE_MS);
  }
}

/**
 * Resolves to the seconds that each pod took to recover, for those within their limit: they serve the reference state,
 * and longhorn_up is 1. The cluster must be paused.
 */
export async function untilRight(
  cluster: Cluster,
  bounds: ReadonlyMap<Pod, number>,
  from: number,
  seen: (pod: Pod) => void = () => {},
): Promise<ReadonlyMap<Pod, number>> {
  const references = [...bounds].map(([pod, bound]) => ({
    pod,
    bound,
    reference: referenceOf(cluster, pod.node),
  }));
  const right = new Map<Pod, number>();
  for (;;) {
    let waiting = false;
    for (const { pod, bound, reference } of references) {
      if (right.has(pod)) continue;
      const exposition = await pod.scrape();
      seen(pod);
      const wrongLines = isUp(exposition) ? differences(exposition, reference) : ['longhorn_up is 0'];
      if (wrongLines.length === 0) {
        right.set(pod, seconds(from));
        pod.watch.settle();
      } else if (seconds(from) < bound + MACHINE) waiting = true;
      else process.stdout.write(`${pod.node} ${wrongLines.slice(0, 5).join('; ')}\n`);
    }
    if (!waiting) return right;
    await delay(SCRAPE_MS);
  }
}

export async function playRound(
  plan: ReadonlyMap<Pod, Fault>,
  duringFault: (pod: Pod) => void,
  cluster: Cluster,
  life: PausableTime,
  random: Random,
): Promise<Outcome[]> {
  const pods = [...plan.keys()];
  const longest = Math.max(...[...plan.values()].map(({ lasts }) => lasts));
  const before = new Map<Pod, number>();
  const begun = new Map<Pod, number>();
  const down = new Map<Pod, number>();
  const left = new Map<Pod, string>();
  const shown = new Set<Pod>();
  let over = false;
  function look(pod: Pod): void {
    const fault = plan.get(pod);
    const at = begun.get(pod);
    if (fault === undefined || at === undefined) return;
    if (!down.has(pod) && !isUp(pod.exposition)) down.set(pod, seconds(at));
    if (sum(pod.exposition, fault.shown) - (before.get(pod) ?? 0) >= (fault.shownBy ?? 1)) shown.add(pod);
  }

  const connectDeadline = performance.now() + CONNECTED_MS;
  while (!pods.every(isConnected) && performance.now() < connectDeadline) await delay(SCRAPE_MS);
  life.run();
  const watching = observe(
    pods,
    () => over,
    (pod) => {
      look(pod);
      duringFault(pod);
    },
  );
  // Awaited below; until then a failure must not count as unhandled.
  watching.catch(() => {});
  await Promise.all(
    [...plan].map(async ([pod, fault]) => {
      await delay(((longest - fault.lasts) * 1000) / SPEED);
      await fault.prepare?.(pod, random);
      before.set(pod, sum(await pod.scrape(), fault.shown));
      begun.set(pod, performance.now());
      await fault.begin(pod, cluster, random);
      await delay((fault.lasts * 1000) / SPEED);
      if (fault.withdraws === undefined) return;
      const series = [...samples(await pod.scrape()).keys()].find((name) => fault.withdraws?.test(name));
      if (series !== undefined) left.set(pod, series);
    }),
  );
  const ended = performance.now();
  await Promise.all([...plan].map(([pod, { end, stays }]) => stays !== true && end?.(pod)));
  await delay(BLIND_MS);
  life.pause();
  for (const pod of pods) changeWhatItServes(pod.exposition, cluster, random);
  over = true;
  await watching;

  const bounds = new Map([...plan].map(([pod, { bound = BOUND }]) => [pod, bound]));
  const right = await untilRight(cluster, bounds, ended, look);
  // GETs of single volumes can make a pod right before it gives up a silent stream, but it must still show the fault.
  const notShown = () =>
    pods.filter((pod) => !shown.has(pod) && seconds(ended) < (bounds.get(pod) ?? BOUND) + MACHINE);
  while (notShown().length > 0) {
    for (const pod of notShown()) changeWhatItServes(pod.exposition, cluster, random);
    const news = performance.now() + NEWS_MS;
    await observe(pods, () => notShown().length === 0 || performance.now() > news, look);
  }
  await Promise.all([...plan].map(([pod, { end, stays }]) => stays === true && end?.(pod)));
  return [...plan].map(([pod, fault]) => ({
    fault,
    pod,
    right: right.get(pod),
    down: down.get(pod),
    shown: shown.has(pod),
    left: left.get(pod),
  }));
}
