/** The mutable cluster behind all managers: stores of immutable objects, with watchers that are called on changes. */

import type { Backup, BackupTarget, Node, RecurringJob, Snapshot, Volume } from './model.ts';
import type { Random } from './random.ts';

/** All objects of one stream. A change replaces the whole object, so a rendering can be cached by identity. */
export type Collection<T> = Readonly<{
  get: (name: string) => T | undefined;
  /** Sorted by name, like in the API. */
  list: () => readonly T[];
  put: (object: T) => void;
  /** Throws if there is no such object, so that tests notice a misspelled name. */
  change: (name: string, edit: (object: T) => T) => void;
  remove: (name: string) => boolean;
  /** The number of removals so far: a removal while a list is being built makes that list fail. */
  removals: () => number;
  /** Calls the watchers although nothing changed, like Longhorn's informers. */
  touch: () => void;
  watch: (listener: () => void) => () => void;
}>;

export interface Cluster {
  now(): number;
  readonly random: Random;
  readonly volumes: Collection<Volume>;
  readonly backups: Collection<Backup>;
  readonly nodes: Collection<Node>;
  readonly backuptargets: Collection<BackupTarget>;
  readonly recurringjobs: Collection<RecurringJob>;
  backupsOf(volume: string): readonly Backup[];
  /** Snapshots have no stream, so there is nothing to wake when they change. */
  snapshotsOf(volume: string): readonly Snapshot[];
  setSnapshots(volume: string, snapshots: readonly Snapshot[]): void;
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

const createCollection = <T extends { readonly name: string }>(
  changed: (before: T | undefined, after: T | undefined) => void = () => {},
): Collection<T> => {
  const objects = new Map<string, T>();
  const listeners = new Set<() => void>();
  let sorted: readonly T[] | undefined;
  let removals = 0;

  const touch = () => {
    for (const listener of listeners) listener();
  };
  const replace = (before: T | undefined, after: T | undefined) => {
    sorted = undefined;
    changed(before, after);
    touch();
  };
  const put = (object: T) => {
    const before = objects.get(object.name);
    objects.set(object.name, object);
    replace(before, object);
  };

  return {
    get: (name) => objects.get(name),
    list() {
      sorted ??= [...objects.values()].sort(byName);
      return sorted;
    },
    put,
    change(name, edit) {
      const object = objects.get(name);
      if (object === undefined) throw new Error(`the cluster has nothing called ${name}`);
      put(edit(object));
    },
    remove(name) {
      const object = objects.get(name);
      if (object === undefined) return false;
      objects.delete(name);
      removals += 1;
      replace(object, undefined);
      return true;
    },
    removals: () => removals,
    touch,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

export function emptyCluster(options: { now: () => number; random: Random }): Cluster {
  const snapshots = new Map<string, readonly Snapshot[]>();
  const backupsByVolume = new Map<string, Map<string, Backup>>();
  const volumes = createCollection<Volume>();

  // A volume's `backupStatus` contains its backups, so a changed backup changes the volume too.
  const refreshVolume = (name: string) => {
    const volume = volumes.get(name);
    if (volume !== undefined) volumes.put({ ...volume });
  };
  const backups = createCollection<Backup>((before, after) => {
    if (before !== undefined) backupsByVolume.get(before.volume)?.delete(before.name);
    if (after !== undefined) {
      const siblings = backupsByVolume.get(after.volume) ?? new Map<string, Backup>();
      backupsByVolume.set(after.volume, siblings.set(after.name, after));
    }
    const owner = (after ?? before)?.volume;
    if (owner !== undefined) refreshVolume(owner);
  });

  return {
    ...options,
    volumes,
    backups,
    nodes: createCollection<Node>(),
    backuptargets: createCollection<BackupTarget>(),
    recurringjobs: createCollection<RecurringJob>(),
    backupsOf: (volume) => [...(backupsByVolume.get(volume)?.values() ?? [])].sort(byName),
    snapshotsOf: (volume) => snapshots.get(volume) ?? [],
    setSnapshots(volume, list) {
      snapshots.set(volume, list);
    },
  };
}
