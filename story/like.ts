/** Derives an element from a recorded one: renames it and merges the story's changes into it. */

import { isArray, isJsonObject, type Json, type JsonObject } from './recorded.ts';

export function derive(recorded: JsonObject, changes: JsonObject): JsonObject {
  const { name: from } = recorded;
  const { name: to } = changes;
  const renamed = typeof from === 'string' && typeof to === 'string' ? rename(recorded, from, to) : recorded;
  return mergeObjects(renamed, changes);
}

/** Fields that are not renamed: Longhorn's own words, which some recorded elements are named after (`deleting`, `weekly`), and the PVC's names. */
const KEPT = new Set(['state', 'robustness', 'task', 'groups', 'notReadyMessage', 'pvcName', 'namespace']);

/** Renames everything named after the element: replicas, engines, paths, links, the snapshot of a backup. */
function rename(object: JsonObject, from: string, to: string): JsonObject {
  const whole = new RegExp(`(?<![a-z0-9])${from.replace(/[^\w-]/g, '\\$&')}(?![a-z0-9])`, 'g');
  const visit = (part: Json): Json => {
    if (typeof part === 'string') return part.replace(whole, () => to);
    if (isArray(part)) return part.map(visit);
    return isJsonObject(part) ? visitObject(part) : part;
  };
  const visitObject = (part: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(part).map(([key, below]) => [key, KEPT.has(key) ? below : visit(below)]),
    );
  return visitObject(object);
}

/** Objects are merged deeply; any other value, including `null`, replaces the old one. */
const merge = (base: Json | undefined, changes: Json): Json =>
  isJsonObject(base) && isJsonObject(changes) ? mergeObjects(base, changes) : changes;

const mergeObjects = (base: JsonObject, changes: JsonObject): JsonObject =>
  Object.fromEntries([
    ...Object.entries(base),
    ...Object.entries(changes).map(([key, value]) => [key, merge(base[key], value)] as const),
  ]);
