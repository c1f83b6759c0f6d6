/** One round: faults on several pods that all end at the same moment, then the cluster stands still until all is right again. */

import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Cluster, changeBackup, type Random, STREAMS, setScheduled } from '../../simulator/index.ts';
import { present, samples } from '../../test/support/series.ts';
import { SPEED } from './fast-time.ts';
import type { Fault } from './faults.ts';
import type { PausableTime } from './pausable.ts';
import type { Pod } from './pod.ts';
import { truthOf } from './truth.ts';

/** Between two scrapes of a pod. */
const SCRAPE_MS = 50;

/** So long the cluster lives on after a fault, and so long a pod may take to be connected before one. */
const [BLIND_MS, CONNECTED_MS] = [250, 3_000];

/** Seconds of the exporter's world: one silence limit, one backoff and one list. */
export const BOUND = 60 + 30 + 5;

/** What a busy machine may add, in seconds of the exporter's world. */
export const MACHINE = 15;

/** How a pod fared, in seconds of the exporter's world. */
export interface Outcome {
  readonly fault: Fault;
  readonly pod: Pod;
  /** From the fault's end until it served the truth; undefined: not within the bound. */
  readonly right: number | undefined;
  /** From the fault's beginning until longhorn_up was 0; undefined: never. */
  readonly down: number | undefined;
  readonly told: boolean;
}

const seconds = (from: number): number => ((performance.now() - from) / 1000) * SPEED;

const sum = (page: string, told: RegExp): number => {
  let total = 0;
  for (const [series, value] of samples(page)) if (told.test(series)) total += value;
  return total;
};

/** There is a connection to kill for each stream. */
const isConnected = ({ manager }: Pod): boolean =>
  STREAMS.every((stream) => manager.stats.connections[stream] === 1);

/** So that none is right without having heard anything after the fault. */
function changeWhatItServes({ page }: Pod, cluster: Cluster): void {
  const names = [...page.matchAll(/^longhorn_volume_healthy\{volume="([^"]*)"/gm)];
  const volume = names.flatMap(([, name = '']) => cluster.volumes.get(name) ?? [])[0];
  if (volume === undefined) return;
  setScheduled(cluster, volume.name, volume.scheduled === 'False');
  for (const { name, size } of cluster.backupsOf(volume.name)) {
    changeBackup(cluster, name, { size: String(Number(size) + 1) });
  }
}

const isUp = (page: string): boolean => /^longhorn_up 1$/m.test(page);

/** Whether it serves the truth, and says that it does. */
export async function isRight(pod: Pod, cluster: Cluster): Promise<boolean> {
  const page = await pod.scrape();
  return isUp(page) && isDeepStrictEqual(present(page), truthOf(cluster, pod.node));
}

/** Scrapes those that live, again and again, until `over`. */
export async function observe(
  pods: readonly Pod[],
  over: () => boolean,
  seen: (pod: Pod) => void,
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

/** Resolves to the seconds that each pod took to be right, for those that were within their bound. */
export async function untilRight(
  cluster: Cluster,
  bounds: ReadonlyMap<Pod, number>,
  from: number,
): Promise<ReadonlyMap<Pod, number>> {
  const right = new Map<Pod, number>();
  for (;;) {
    let waiting = false;
    for (const [pod, bound] of bounds) {
      if (right.has(pod)) continue;
      if (await isRight(pod, cluster)) {
        right.set(pod, seconds(from));
        pod.watch.settle();
      } else if (seconds(from) < bound + MACHINE) waiting = true;
    }
    if (!waiting) return right;
    await delay(SCRAPE_MS);
  }
}

export async function playRound(
  plan: ReadonlyMap<Pod, Fault>,
  meanwhile: (pod: Pod) => void,
  cluster: Cluster,
  life: PausableTime,
  random: Random,
): Promise<Outcome[]> {
  const pods = [...plan.keys()];
  const longest = Math.max(...[...plan.values()].map(({ lasts }) => lasts));
  const before = new Map<Pod, number>();
  const begun = new Map<Pod, number>();
  const down = new Map<Pod, number>();
  let over = false;

  const patient = performance.now() + CONNECTED_MS;
  while (!pods.every(isConnected) && performance.now() < patient) await delay(SCRAPE_MS);
  for (const [pod, { told }] of plan) before.set(pod, sum(await pod.scrape(), told));
  life.run();
  const watching = observe(
    pods,
    () => over,
    (pod) => {
      const at = begun.get(pod);
      if (at !== undefined && !down.has(pod) && !isUp(pod.page)) down.set(pod, seconds(at));
      meanwhile(pod);
    },
  );
  await Promise.all(
    [...plan].map(async ([pod, fault]) => {
      await delay(((longest - fault.lasts) * 1000) / SPEED);
      await fault.begin(pod, cluster, random);
      begun.set(pod, performance.now());
      await delay((fault.lasts * 1000) / SPEED);
    }),
  );
  const ended = performance.now();
  await Promise.all([...plan].map(([pod, { end, stays }]) => stays !== true && end?.(pod)));
  await delay(BLIND_MS);
  life.pause();
  for (const pod of pods) changeWhatItServes(pod, cluster);
  over = true;
  await watching;

  const right = await untilRight(
    cluster,
    new Map([...plan].map(([pod, { bound = BOUND }]) => [pod, bound])),
    ended,
  );
  // One that asks for single volumes may be right before it gives up a silent stream; it has to tell all the same.
  const tells = (pod: Pod, { told }: Fault) => sum(pod.page, told) > (before.get(pod) ?? 0);
  const hasTime = ({ bound = BOUND }: Fault) => seconds(ended) < bound + MACHINE;
  await observe(
    pods,
    () => [...plan].every(([pod, fault]) => tells(pod, fault) || !hasTime(fault)),
    () => {},
  );
  const outcomes = [...plan].map(([pod, fault]) => ({
    fault,
    pod,
    right: right.get(pod),
    down: down.get(pod),
    told: tells(pod, fault),
  }));
  await Promise.all([...plan].map(([pod, { end, stays }]) => stays === true && end?.(pod)));
  return outcomes;
}
