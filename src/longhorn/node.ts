/** What the exporter knows of one node from one object of the `nodes` stream. */

import { condition, type JsonObject } from './read.ts';

export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean;
}

export const readNode = (node: JsonObject, name: string): NodeFacts => ({
  name,
  ready: condition(node, 'Ready') === 'True',
});
