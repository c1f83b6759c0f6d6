/** What the scenes share: which volumes they may use, and how they report events. */

import type { Cluster, Robustness, Volume } from '../../simulator/index.ts';
import { pick, type Random } from '../../simulator/random.ts';

/** A scene yields the milliseconds to wait before it continues. */
export type Scene = (stage: Stage) => Generator<number, void>;

export interface Stage {
  readonly cluster: Cluster;
  readonly random: Random;
  /** Reports an event and the metrics that show it. */
  report(event: string, ...metrics: readonly string[]): void;
  /** Reserves an attached volume that no other scene uses, until it is released. */
  claim(robustness: readonly Robustness[]): Volume | undefined;
  /** Reserves this volume unless another scene uses it. */
  claimNamed(volume: string): boolean;
  release(volume: string): void;
  /** Starts another scene in parallel. */
  play(scene: Scene): void;
  onNodeDown(node: string): void;
  onNodeUp(node: string): void;
}

/** Runs a scene with a volume that no other scene uses, if there is one, and releases the volume when the scene ends. */
export function* withVolume(
  stage: Stage,
  scene: (volume: Volume) => Generator<number, void>,
  robustness: readonly Robustness[] = ['healthy'],
): Generator<number, void> {
  const volume = stage.claim(robustness);
  if (volume === undefined) return;
  try {
    yield* scene(volume);
  } finally {
    stage.release(volume.name);
  }
}

export function createClaims(
  cluster: Cluster,
  random: Random,
): Pick<Stage, 'claim' | 'claimNamed' | 'release'> {
  const claimed = new Set<string>();
  const claimNamed = (volume: string): boolean => {
    if (claimed.has(volume)) return false;
    claimed.add(volume);
    return true;
  };
  return {
    claim(allowed) {
      const free = cluster.volumes
        .list()
        .filter(
          ({ name, state, robustness }) =>
            !claimed.has(name) && state === 'attached' && allowed.includes(robustness),
        );
      const volume = pick(free, random);
      if (volume !== undefined) claimed.add(volume.name);
      return volume;
    },
    claimNamed,
    release(volume) {
      claimed.delete(volume);
    },
  };
}

/** `longhorn_volume_degraded{volume="pvc-a3"} 1`. With the given labels only. */
export function metric(name: string, labels: Record<string, string>, value: string | number): string {
  const shown = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${shown.length > 0 ? `{${shown.join(',')}}` : ''} ${value}`;
}

export const readyNodes = (cluster: Cluster): readonly string[] =>
  cluster.nodes
    .list()
    .filter(({ ready }) => ready)
    .map(({ name }) => name);
