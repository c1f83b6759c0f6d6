/** Which volumes a reader asked for, and in which order: the filter and the sort in a URL's query. */

import type { VolumeRow } from '../volume-row.ts';

/** What a column is sorted by; the first is the order that the volumes come in. */
export const SORTS = [
  'problem',
  'name',
  'workload',
  'state',
  'replicas',
  'snapshots',
  'backup',
  'owner',
] as const;
export type Sort = (typeof SORTS)[number];

export interface Wish {
  readonly text: string;
  readonly unhealthy: boolean;
  readonly sort: Sort;
  readonly descending: boolean;
}

export function wishOf(query: URLSearchParams): Wish {
  return {
    text: query.get('q') ?? '',
    unhealthy: query.get('unhealthy') === '1',
    sort: SORTS.find((sort) => sort === query.get('sort')) ?? 'problem',
    descending: query.get('dir') === 'desc',
  };
}

/** The path that brings a wish back; what is as usual is left out. */
export function pathOf({ text, unhealthy, sort, descending }: Wish): string {
  const query = new URLSearchParams();
  if (text !== '') query.set('q', text);
  if (unhealthy) query.set('unhealthy', '1');
  if (sort !== 'problem') query.set('sort', sort);
  if (descending) query.set('dir', 'desc');
  return query.size === 0 ? '/debug' : `/debug?${query}`;
}

/** What the text is looked for in. The script on the page looks in the same, row by row. */
export const haystack = (volume: VolumeRow): string =>
  [
    volume.name,
    volume.namespace,
    volume.pvc,
    volume.workload,
    volume.state,
    volume.robustness,
    volume.engineNode,
    ...new Set(volume.replicas.flatMap(({ node, status }) => [node, status])),
    ...volume.problems,
    volume.owner,
  ]
    .join(' ')
    .toLowerCase();

/** Every word must be found. */
export function matches(volume: VolumeRow, { text, unhealthy }: Wish): boolean {
  if (unhealthy && volume.problems.length === 0) return false;
  const words = text.toLowerCase().split(/\s+/);
  const within = haystack(volume);
  return words.every((word) => within.includes(word));
}

const KEYS: Readonly<Record<Sort, (volume: VolumeRow) => string | number>> = {
  problem: () => 0,
  name: ({ name }) => name,
  workload: ({ namespace, pvc }) => `${namespace}/${pvc}`,
  state: ({ state = '' }) => state,
  replicas: ({ replicas }) => replicas.filter(({ status }) => status === 'healthy').length,
  snapshots: ({ snapshots }) => (snapshots === undefined ? -1 : snapshots.user + snapshots.system),
  // The one that waits longest comes first; one that never succeeded has waited for ever. The target does not matter.
  backup: ({ backups }) =>
    backups === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(...backups.map(({ lastSuccess = '1970' }) => Date.parse(lastSuccess))),
  owner: ({ owner = '' }) => owner,
};

/** Of equals the worse comes first. */
export function arrange(volumes: readonly VolumeRow[], { sort, descending }: Wish): VolumeRow[] {
  const key = KEYS[sort];
  const keyed = volumes.map((volume, index) => ({ volume, index, key: key(volume) }));
  const sign = descending ? -1 : 1;
  const tie = sort === 'problem' ? sign : 1;
  keyed.sort((a, b) => {
    if (a.key === b.key) return tie * (a.index - b.index);
    return a.key < b.key ? -sign : sign;
  });
  return keyed.map(({ volume }) => volume);
}
