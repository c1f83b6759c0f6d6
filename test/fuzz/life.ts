/** The cluster of one stretch: some recorded objects that go through good lives, and are mutated on the way. */

import { STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import type { Dice } from './dice.ts';
import { CLUSTERS, type Frame, STORY, slim, VERSIONS, variants } from './frames.ts';

/** One object of the cluster. */
export interface Being {
  /** What it is now; undefined while it is not there. */
  readonly text: string | undefined;
  /** Never mutated: everything that is served of it must be as if it were alone. */
  readonly spared: boolean;
}

export interface Life {
  readonly around: { readonly [S in StreamName]: Pick<Frame, 'head' | 'tail'> };
  readonly spared: readonly string[];
  beings(stream: StreamName): readonly Being[];
  /** Some objects of the stream move on. */
  step(stream: StreamName, dice: Dice): void;
}

/** How many recorded objects take part, of each stream. */
const TAKEN: { readonly [S in StreamName]: number } = {
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

/** The same variants are made again for each stretch, whole or slim. */
const known = new Map<string, Contents>();
function once(key: string, make: () => Contents): Contents {
  const contents = known.get(key) ?? make();
  known.set(key, contents);
  return contents;
}

const slimmed = (contents: Contents): Contents => contents.map((text) => text && slim(text));

function pathsOf(stream: StreamName, frame: Frame, whole: boolean, dice: Dice): Path[] {
  const lives = (STORY[stream] ?? []).map((contents, index) =>
    whole ? contents : once(`${stream} ${index}`, () => slimmed(contents)),
  );
  const left = [...frame.elements];
  for (let taken = 0; taken < TAKEN[stream] && left.length > 0; taken++) {
    const [text = '{}'] = left.splice(dice.below(left.length), 1);
    lives.push(once(`${whole} ${text}`, () => variants(stream, whole ? text : slim(text))));
  }
  return lives.map((contents) => {
    const name = nameOf(contents.find((text) => text !== undefined));
    return {
      contents,
      spared: stream === 'volumes' && SPARED.includes(name),
      at: dice.below(contents.length),
    };
  });
}

export function newLife(dice: Dice): Life {
  const frames = CLUSTERS[dice.pick(VERSIONS)];
  const whole = dice.chance(0.1);
  const paths = Object.fromEntries(
    STREAMS.map((stream) => [stream, pathsOf(stream, frames[stream], whole, dice)]),
  ) as Record<StreamName, Path[]>;
  return {
    around: frames,
    spared: SPARED,
    beings: (stream) => paths[stream].map(({ contents, at, spared }) => ({ text: contents[at], spared })),
    step(stream, dice) {
      for (const path of paths[stream]) {
        if (!dice.chance(0.15)) continue;
        // The story goes on step by step; other lives jump.
        const inOrder = path.contents.length > 10;
        path.at = inOrder ? (path.at + 1) % path.contents.length : dice.below(path.contents.length);
      }
    },
  };
}
