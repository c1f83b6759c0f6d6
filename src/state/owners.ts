/** Decides which node's exporter serves a volume, from Longhorn's messages alone, so that all exporters agree. */

import type { NamedEvent } from '../events.ts';
import type { NodeFacts } from '../longhorn/node.ts';
import { NO_OWNERS, type Owners } from './state.ts';

/** The Ready nodes, or all listed nodes if none is Ready. */
export function candidatesOf(nodes: ReadonlyMap<string, NodeFacts> | undefined): string[] {
  const listed = [...(nodes?.values() ?? [])];
  const ready = listed.filter((node) => node.ready);
  return (ready.length > 0 ? ready : listed).map((node) => node.name).sort();
}

/** Reuses the last owners while the candidates are the same, so that ownership is computed once per volume, not per message. */
export function assignOwners(
  last: Owners,
  nodes: ReadonlyMap<string, NodeFacts> | undefined,
  names: Iterable<string>,
): { owners: Owners; events: NamedEvent[] } {
  const candidates = candidatesOf(nodes);
  const same =
    candidates.length === last.candidates.length && candidates.every((c, i) => c === last.candidates[i]);
  if (candidates.length === 0) return { owners: same ? last : NO_OWNERS, events: [] };
  const hashes = hashesOf(candidates);
  const byName = new Map<string, string>();
  const events: NamedEvent[] = [];
  for (const volume of names) {
    const from = last.byName.get(volume);
    const to = (same ? from : undefined) ?? ownerOf(volume, hashes);
    if (to === undefined) continue;
    byName.set(volume, to);
    if (from !== undefined && from !== to) events.push({ type: 'owner_changed', volume, from, to });
  }
  return { owners: { candidates: same ? last.candidates : candidates, byName }, events };
}

export const hashesOf = (candidates: readonly string[]) =>
  candidates.map((name) => ({ name, hash: mix(fnv1a(name)) }));

/**
 * Rendezvous hashing: the candidate with the highest score; ties go to the lexically smallest.
 * score(volume, node) = mix(fnv1a(volume) xor mix(fnv1a(node))), unsigned 32 bit.
 * Never change this: different releases in one cluster must agree.
 */
export function ownerOf(
  name: string,
  candidates: readonly { name: string; hash: number }[],
): string | undefined {
  const hash = fnv1a(name);
  let best: string | undefined;
  let bestScore = -1;
  for (const candidate of candidates) {
    const score = mix(hash ^ candidate.hash);
    if (score > bestScore) {
      bestScore = score;
      best = candidate.name;
    }
  }
  return best;
}

/** FNV-1a, 32 bit, over the UTF-8 bytes. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The finalizer of MurmurHash3, 32 bit: every input bit affects every output bit. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
