/** Hands memory back soon: V8 waits long before it frees buffers, and the pod that we live in is not ours. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** After a message of this size there are tens of megabytes to free; it takes some milliseconds, once a period. */
export const LARGE_MESSAGE_BYTES = 1024 * 1024;

setFlagsFromString('--expose-gc');

/** The same as with the flag on the command line, which nobody shall have to remember. */
export const collectGarbage: () => void = runInNewContext('gc');
