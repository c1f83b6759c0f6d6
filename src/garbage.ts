/** Frees memory early: V8 frees buffers late, and the exporter is a guest in longhorn-manager's pod. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A message of this size leaves tens of megabytes to free, which takes some milliseconds once per period. */
export const LARGE_MESSAGE_BYTES = 1024 * 1024;

setFlagsFromString('--expose-gc');

/** Same as the flag on the command line, but needs no flag. */
export const collectGarbage: () => void = runInNewContext('gc');
