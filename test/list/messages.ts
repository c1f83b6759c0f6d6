/** Messages as the API writes them, made of given elements. */

import type { JsonObject } from '../../src/longhorn/read.ts';
import type { Kind } from '../../src/longhorn/streams.ts';

/** A kind so small that its lists can be made up; it understands an object whose `good` is not false. */
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

/** The message that holds these elements, each given as JSON (or as what is none). */
export const message = (...elements: readonly string[]): Buffer =>
  Buffer.from(
    `{"createTypes":{"thing":"http://x"},"data":[${elements.join(',')}],"links":{"self":"http://x/ws/1s/things"},"resourceType":"thing","type":"collection"}\n`,
  );
