/** Reads a backup target from an object of the `backuptargets` stream. */

import { type FailureReason, failureReason } from './failure-reason.ts';
import { expectLongText, type JsonObject, message } from './read.ts';

export interface BackupTargetFacts {
  readonly name: string;
  /** The URL's scheme; undefined for a target without a URL. The URL itself may contain secrets and is not kept. */
  readonly scheme: string | undefined;
  readonly available: boolean | undefined;
  /** Why it is unavailable, from `message`. */
  readonly reason: FailureReason;
  readonly message: string;
}

/** Throws if `backupTargetURL` is not a string. */
export function readBackupTarget(target: JsonObject, name: string): BackupTargetFacts {
  const url = expectLongText(target, 'backupTargetURL') ?? '';
  const text = message(target.message);
  return {
    name,
    scheme: url === '' ? undefined : (/^([a-z][a-z0-9]{0,15}):/i.exec(url)?.[1]?.toLowerCase() ?? 'other'),
    available: typeof target.available === 'boolean' ? target.available : undefined,
    reason: failureReason(text),
    message: text,
  };
}
