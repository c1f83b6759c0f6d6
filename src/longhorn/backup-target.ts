/** What the exporter knows of one backup target from one object of the `backuptargets` stream. */

import { expectLongText, type JsonObject } from './read.ts';

export interface BackupTargetFacts {
  readonly name: string;
  /** The URL's scheme; undefined for a target that has no URL. The URL itself may hold secrets and is not kept. */
  readonly scheme: string | undefined;
  readonly available: boolean | undefined;
}

/** Throws when `backupTargetURL` is not a string. */
export function readBackupTarget(target: JsonObject, name: string): BackupTargetFacts {
  const url = expectLongText(target, 'backupTargetURL') ?? '';
  return {
    name,
    scheme: url === '' ? undefined : (/^([a-z][a-z0-9]{0,15}):/i.exec(url)?.[1]?.toLowerCase() ?? 'other'),
    available: typeof target.available === 'boolean' ? target.available : undefined,
  };
}
