/** Keeps the cluster changing: a timetable of scenes that repeats forever, with different volumes each time. */

import type { Cluster, Random } from '../simulator/index.ts';
import {
  backupFailsEarly,
  backupHangs,
  backupSucceeds,
  backupWaits,
  runIsMissed,
  targetGoesAway,
} from './life/backups.ts';
import { nodeDies, repairAll } from './life/nodes.ts';
import { rebuildFails, replicaFails, volumeFaults } from './life/replicas.ts';
import { createClaims, type Scene, type Stage } from './life/stage.ts';
import {
  attachIsStuck,
  shareFails,
  snapshotComesAndGoes,
  volumeComesAndGoes,
  volumeMoves,
} from './life/volumes.ts';

/** Runs the callback once after `ms` milliseconds, unless the returned function cancels it. */
export type SetTimer = (callback: () => void, ms: number) => () => void;

interface LifeOptions {
  readonly random: Random;
  /** Gets one line per event. */
  say(line: string): void;
  readonly setTimer?: SetTimer;
  readonly onNodeDown?: (node: string) => void;
  readonly onNodeUp?: (node: string) => void;
}

/** When each scene starts, in seconds; the most instructive ones come first. */
const TIMETABLE: readonly (readonly [seconds: number, scene: Scene])[] = [
  [1, replicaFails],
  [4, backupSucceeds],
  [10, targetGoesAway],
  [14, snapshotComesAndGoes],
  [18, backupHangs],
  [23, volumeComesAndGoes],
  [28, shareFails],
  [34, volumeMoves],
  [38, backupFailsEarly],
  [42, runIsMissed],
  [45, nodeDies],
  [51, backupSucceeds],
  [70, targetGoesAway],
  [80, attachIsStuck],
  [90, backupWaits],
  [125, rebuildFails],
  [135, replicaFails],
  [150, volumeFaults],
  [160, backupSucceeds],
  [170, snapshotComesAndGoes],
  [185, repairAll],
];
const CYCLE_SECONDS = 240;

const realTimer: SetTimer = (callback, ms) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

export function live(cluster: Cluster, options: LifeOptions): { stop: () => void } {
  const { random, say, setTimer = realTimer, onNodeDown = () => {}, onNodeUp = () => {} } = options;
  const cancels = new Set<() => void>();

  const after = (ms: number, callback: () => void) => {
    const cancel = setTimer(() => {
      cancels.delete(cancel);
      callback();
    }, ms);
    cancels.add(cancel);
  };
  const play = (scene: Scene) => {
    const steps = scene(stage);
    const next = () => {
      const { done, value } = steps.next();
      if (!done) after(value, next);
    };
    next();
  };
  const stage: Stage = {
    cluster,
    random,
    report: (event, ...metrics) => say(`${event}  ->  ${metrics.join(', ')}`),
    ...createClaims(cluster, random),
    play,
    onNodeDown,
    onNodeUp,
  };
  const playCycle = () => {
    for (const [seconds, scene] of TIMETABLE) after(seconds * 1000, () => play(scene));
    after(CYCLE_SECONDS * 1000, playCycle);
  };

  playCycle();
  return {
    stop() {
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
