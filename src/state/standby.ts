/** What a standby volume holds: the backup that it restored last, made by another cluster. */

import type { VolumeFacts } from '../longhorn/volume.ts';
import type { Backup, State, Volume } from './state.ts';

/** Remembers the restored backup after its record is gone: retention may keep only a few. */
export function rememberRestored(
  volumes: ReadonlyMap<string, Volume>,
  byName: ReadonlyMap<string, Backup>,
): ReadonlyMap<string, Volume> {
  let changed: Map<string, Volume> | undefined;
  for (const [name, volume] of volumes) {
    const backup = lastRestoredBackup(volume.facts);
    const until = byName.get(backup)?.facts.snapshotCreated;
    if (until === undefined) continue;
    if (volume.restored?.backup === backup && volume.restored.until === until) continue;
    changed ??= new Map(volumes);
    changed.set(name, { ...volume, restored: { backup, until } });
  }
  return changed ?? volumes;
}

/** `controllers[].lastRestoredBackup` of a standby volume; empty when it has restored none. */
const lastRestoredBackup = ({ standby, controllers = [] }: VolumeFacts): string =>
  standby ? (controllers.find((controller) => controller.lastRestoredBackup)?.lastRestoredBackup ?? '') : '';

/** The time of the data in a standby volume, Unix milliseconds; undefined if the backup's record was never seen. */
export function restoredUntil({ backups }: State, { facts, restored }: Volume): number | undefined {
  const backup = lastRestoredBackup(facts);
  if (backup === '') return undefined;
  const known = restored?.backup === backup ? restored.until : undefined;
  return backups.byName?.get(backup)?.facts.snapshotCreated ?? known;
}
