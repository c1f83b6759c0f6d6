/** What the scenes of the living cluster share: whom they may touch, and how they tell what they do. */

import type { Cluster, Robustness, Volume } from '../../simulator/index.ts';
import { pick, type Random } from '../../simulator/random.ts';

/** A scene yields the milliseconds to wait before it goes on. */
export type Scene = (stage: Stage) => Generator<number, void>;

export interface Stage {
  readonly cluster: Cluster;
  readonly random: Random;
  /** What happens, and the metrics that show it. */
  tell(event: string, ...metrics: readonly string[]): void;
  /** An attached volume that no other scene uses; it is this scene's until it releases it. */
  claim(robustness: readonly Robustness[]): Volume | undefined;
  /** Claims this volume unless another scene uses it. */
  claimNamed(volume: string): boolean;
  release(volume: string): void;
  /** Starts another scene beside this one. */
  play(scene: Scene): void;
  onNodeDown(node: string): void;
  onNodeUp(node: string): void;
}

/** Plays with a volume that no other scene uses, if there is one. The claim ends with the scene, however that ends. */
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

/** `longhorn_volume_degraded{volume="pvc-a3"} 1`. Only the labels that tell something are shown. */
export function metric(name: string, labels: Record<string, string>, value: string | number): string {
  const shown = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${shown.length > 0 ? `{${shown.join(',')}}` : ''} ${value}`;
}

export const readyNodes = (cluster: Cluster): readonly string[] =>
  cluster.nodes
    .list()
    .filter(({ ready }) => ready)
    .map(({ name }) => name);
