/** The cluster of one stretch: some recorded objects that change in valid ways, and are mutated in messages. */

import { STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import type { Dice } from './dice.ts';
import { CLUSTERS, type RecordedList, STORY, slim, VERSIONS, variants } from './recordings.ts';

/** One object of the cluster. */
export interface ClusterObject {
  /** Its current content; undefined while it does not exist. */
  readonly text: string | undefined;
  /** Never mutated: it must be served exactly as if it were the only object. */
  readonly spared: boolean;
}

export interface Cluster {
  readonly envelopes: { readonly [S in StreamName]: Pick<RecordedList, 'head' | 'tail'> };
  readonly spared: readonly string[];
  objects(stream: StreamName): readonly ClusterObject[];
  /** Advances some objects of the stream. */
  step(stream: StreamName, dice: Dice): void;
}

/** The number of recorded objects used in each stream. */
const OBJECTS: { readonly [S in StreamName]: number } = {
  volumes: 3,
  backups: 5,
  nodes: 3,
  backuptargets: 3,
  recurringjobs: 6,
};
const SPARED = ['pvc-story', 'pvc-aa02', 'pvc-aa03'];

interface Path {
  readonly contents: Contents;
  readonly spared: boolean;
  at: number;
}

const nameOf = (text: string | undefined): string => (text === undefined ? '' : JSON.parse(text).name);

type Contents = readonly (string | undefined)[];

/** Caches variants, as every stretch needs the same ones, whole or slim. */
const cache = new Map<string, Contents>();
function cached(key: string, make: () => Contents): Contents {
  const contents = cache.get(key) ?? make();
  cache.set(key, contents);
  return contents;
}

const slimmed = (contents: Contents): Contents => contents.map((text) => text && slim(text));

function pathsOf(stream: StreamName, list: RecordedList, whole: boolean, dice: Dice): Path[] {
  const histories = (STORY[stream] ?? []).map((contents, index) =>
    whole ? contents : cached(`${stream} ${index}`, () => slimmed(contents)),
  );
  const left = [...list.elements];
  for (let used = 0; used < OBJECTS[stream] && left.length > 0; used++) {
    const [text = '{}'] = left.splice(dice.below(left.length), 1);
    histories.push(cached(`${whole} ${text}`, () => variants(stream, whole ? text : slim(text))));
  }
  return histories.map((contents) => {
    const name = nameOf(contents.find((text) => text !== undefined));
    return {
      contents,
      spared: stream === 'volumes' && SPARED.includes(name),
      at: dice.below(contents.length),
    };
  });
}

export function newCluster(dice: Dice): Cluster {
  const lists = CLUSTERS[dice.pick(VERSIONS)];
  const whole = dice.chance(0.1);
  const paths = Object.fromEntries(
    STREAMS.map((stream) => [stream, pathsOf(stream, lists[stream], whole, dice)]),
  ) as Record<StreamName, Path[]>;
  return {
    envelopes: lists,
    spared: SPARED,
    objects: (stream) => paths[stream].map(({ contents, at, spared }) => ({ text: contents[at], spared })),
    step(stream, dice) {
      for (const path of paths[stream]) {
        if (!dice.chance(0.15)) continue;
        // The story advances step by step; other objects jump.
        const inOrder = path.contents.length > 10;
        path.at = inOrder ? (path.at + 1) % path.contents.length : dice.below(path.contents.length);
      }
    },
  };
}
