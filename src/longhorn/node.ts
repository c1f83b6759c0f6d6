/** Reads a node from an object of the `nodes` stream. */

import { condition, type JsonObject, text } from './read.ts';

export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean;
  /** Empty if the node has none. */
  readonly zone: string;
}

export const readNode = (node: JsonObject, name: string): NodeFacts => ({
  name,
  ready: condition(node, 'Ready') === 'True',
  zone: text(node.zone),
});
