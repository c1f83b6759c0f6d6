/** One round: faults on several pods, which all end at once; then the cluster is paused until all pods have recovered. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, Random } from '../../simulator/index.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { samples } from '../../test/support/series.ts';
import { changeServedObjects } from './content.ts';
import { SPEED } from './fast-time.ts';
import type { Fault } from './fault.ts';
import type { PausableTime } from './pausable.ts';
import { type Pod, SWEEP } from './pod.ts';
import { differences, referenceOf } from './reference.ts';

/** Between two scrapes of a pod. */
const SCRAPE_MS = 50;

/** How long the cluster keeps changing after a fault, and how long to wait for connections before one. */
const [CHANGES_AFTER_MS, CONNECT_MS] = [250, 3_000];

/** The time between changes while a symptom is missing; short enough that no stream resyncs for lack of changes. */
const CHANGE_MS = 1_000;

/** Seconds of fast time: one silence limit, one backoff and one list; then the rest of a sweep, and a full one. */
export const RECOVERY_LIMIT = 60 + 30 + 5 + 2 * SWEEP;

/** For a busy machine, in seconds of fast time. */
export const ALLOWANCE = 15;

/** The result for one pod, in seconds of fast time. */
export interface Outcome {
  readonly fault: Fault;
  readonly pod: Pod;
  /** From the fault's end until it served the reference state; undefined: not within the limit. */
  readonly recovered: number | undefined;
  /** From the fault's beginning until longhorn_up was 0; undefined: never. */
  readonly down: number | undefined;
  readonly hasSymptom: boolean;
  /** A series that should have been withdrawn when the fault ended. */
  readonly notWithdrawn: string | undefined;
}

const seconds = (from: number): number => ((performance.now() - from) / 1000) * SPEED;

const sum = (exposition: string, selected: RegExp): number => {
  let total = 0;
  for (const [series, value] of samples(exposition)) if (selected.test(series)) total += value;
  return total;
};

/** Whether every stream is connected. */
const isConnected = ({ manager }: Pod): boolean =>
  STREAMS.every((stream) => manager.stats.connections[stream] === 1);

const isUp = (exposition: string): boolean => /^longhorn_up 1$/m.test(exposition);

/** Scrapes the running pods repeatedly until `isOver`. */
export async function observe(
  pods: readonly Pod[],
  isOver: () => boolean,
  onScrape: (pod: Pod) => void = () => {},
): Promise<void> {
  while (!isOver()) {
    for (const pod of pods) {
      if (!pod.alive) continue;
      await pod.scrape();
      onScrape(pod);
    }
    await delay(SCRAPE_MS);
  }
}

/**
 * Resolves to the seconds that each pod took to recover, for those within their limit: they serve the reference state,
 * and longhorn_up is 1. The cluster must be paused.
 */
export async function untilRecovered(
  cluster: Cluster,
  limits: ReadonlyMap<Pod, number>,
  from: number,
  onScrape: (pod: Pod) => void = () => {},
): Promise<ReadonlyMap<Pod, number>> {
  const references = [...limits].map(([pod, limit]) => ({
    pod,
    limit,
    reference: referenceOf(cluster, pod.node),
  }));
  const recovered = new Map<Pod, number>();
  for (;;) {
    let waiting = false;
    for (const { pod, limit, reference } of references) {
      if (recovered.has(pod)) continue;
      const exposition = await pod.scrape();
      onScrape(pod);
      const wrongLines = isUp(exposition) ? differences(exposition, reference) : ['longhorn_up is 0'];
      if (wrongLines.length === 0) {
        recovered.set(pod, seconds(from));
        pod.watch.checkRecovered();
      } else if (seconds(from) < limit + ALLOWANCE) waiting = true;
      else process.stdout.write(`${pod.node} ${wrongLines.slice(0, 5).join('; ')}\n`);
    }
    if (!waiting) return recovered;
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
  const notWithdrawn = new Map<Pod, string>();
  const withSymptom = new Set<Pod>();
  let isOver = false;
  function record(pod: Pod): void {
    const fault = plan.get(pod);
    const at = begun.get(pod);
    if (fault === undefined || at === undefined) return;
    if (!down.has(pod) && !isUp(pod.exposition)) down.set(pod, seconds(at));
    if (sum(pod.exposition, fault.symptom) - (before.get(pod) ?? 0) >= (fault.symptomIncrease ?? 1))
      withSymptom.add(pod);
  }

  const connectDeadline = performance.now() + CONNECT_MS;
  while (!pods.every(isConnected) && performance.now() < connectDeadline) await delay(SCRAPE_MS);
  life.run();
  const watching = observe(
    pods,
    () => isOver,
    (pod) => {
      record(pod);
      duringFault(pod);
    },
  );
  // Awaited below; until then a failure must not count as unhandled.
  watching.catch(() => {});
  await Promise.all(
    [...plan].map(async ([pod, fault]) => {
      await delay(((longest - fault.lasts) * 1000) / SPEED);
      await fault.prepare?.(pod, random);
      before.set(pod, sum(await pod.scrape(), fault.symptom));
      begun.set(pod, performance.now());
      await fault.begin(pod, cluster, random);
      await delay((fault.lasts * 1000) / SPEED);
      if (fault.withdraws === undefined) return;
      const series = [...samples(await pod.scrape()).keys()].find((name) => fault.withdraws?.test(name));
      if (series !== undefined) notWithdrawn.set(pod, series);
    }),
  );
  const ended = performance.now();
  await Promise.all(
    [...plan].map(([pod, { end, endsAfterRecovery }]) => endsAfterRecovery !== true && end?.(pod)),
  );
  await delay(CHANGES_AFTER_MS);
  life.pause();
  for (const pod of pods) changeServedObjects(pod.exposition, cluster, random);
  isOver = true;
  await watching;

  const limits = new Map([...plan].map(([pod, { recoveryLimit = RECOVERY_LIMIT }]) => [pod, recoveryLimit]));
  const recovered = await untilRecovered(cluster, limits, ended, record);
  // With GETs of single volumes, a pod can recover before it gives up a silent stream; the symptom must still follow.
  const withoutSymptom = () =>
    pods.filter(
      (pod) => !withSymptom.has(pod) && seconds(ended) < (limits.get(pod) ?? RECOVERY_LIMIT) + ALLOWANCE,
    );
  while (withoutSymptom().length > 0) {
    for (const pod of withoutSymptom()) changeServedObjects(pod.exposition, cluster, random);
    const nextChange = performance.now() + CHANGE_MS;
    await observe(pods, () => withoutSymptom().length === 0 || performance.now() > nextChange, record);
  }
  await Promise.all(
    [...plan].map(([pod, { end, endsAfterRecovery }]) => endsAfterRecovery === true && end?.(pod)),
  );
  return [...plan].map(([pod, fault]) => ({
    fault,
    pod,
    recovered: recovered.get(pod),
    down: down.get(pod),
    hasSymptom: withSymptom.has(pod),
    notWithdrawn: notWithdrawn.get(pod),
  }));
}
