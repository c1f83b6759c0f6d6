/** Messages in the form of the API, made from given elements. */

import type { JsonObject } from '../../src/longhorn/read.ts';
import type { Kind } from '../../src/longhorn/streams.ts';

/** A minimal kind for test lists: an object is valid unless its `good` is false. */
export interface Thing {
  readonly name: string;
  readonly value: unknown;
}

export const THINGS: Kind<Thing> = {
  limit: 'volumes',
  resourceType: 'thing',
  read(object: JsonObject, name) {
    if (object.good === false) throw new TypeError('not good');
    return { name, value: object.value };
  },
};

export const thing = (name: string, value: unknown = 0): string =>
  JSON.stringify({ good: true, name, value });
export const badThing = (name: string, value: unknown = 0): string =>
  JSON.stringify({ good: false, name, value });

/** The message that holds these elements, each given as JSON (or as invalid JSON). */
export const message = (...elements: readonly string[]): Buffer =>
  Buffer.from(
    `{"createTypes":{"thing":"http://x"},"data":[${elements.join(',')}],"links":{"self":"http://x/ws/1s/things"},"resourceType":"thing","type":"collection"}\n`,
  );
