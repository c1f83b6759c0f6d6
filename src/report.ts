/** Log lines for what happens: each one is an event with its fields. */

import type { Logger } from 'pino';
import { type NamedEvent, severityOf, textOf } from './events.ts';
import type { StreamName } from './longhorn/streams.ts';
import type { RequestKind } from './requests/status.ts';
import type { State } from './state/state.ts';
import type { StreamStatus } from './stream/status.ts';

/** `state`: the state after the event, or before it if the volume is gone. */
export function logEvent(log: Logger, event: NamedEvent, { volumes }: State): void {
  const { type, volume, ...rest } = event;
  const namespace = volumes.get(volume)?.facts.namespace ?? '';
  log[severityOf(event)]({ volume, namespace, ...rest }, textOf(event));
}

/** Logs a change of the stream's condition; `detail` is the reason. */
export function logStream(
  log: Logger,
  stream: StreamName,
  { condition, lastListAt }: StreamStatus,
  detail: string,
): void {
  if (condition === 'live') log.info({ stream }, 'stream is live');
  // Normal until the first list, because the manager opens its port late.
  else if (condition === 'connect' && lastListAt === undefined)
    log.info({ stream, detail }, 'waiting for the manager');
  else if (condition === 'bad_message')
    log.warn({ stream, reason: condition }, 'received a message that is not a list of this stream');
  else log.warn({ stream, reason: condition, detail }, 'stream failed; retrying');
}

export function logRequests(log: Logger, requests: RequestKind, failing: boolean, detail: string): void {
  if (failing) log.warn({ requests, detail }, 'requests for single volumes are failing');
  else log.info({ requests }, 'requests for single volumes succeed again');
}

export function logBadObjects(log: Logger, stream: StreamName, bad: number, complaint: string): void {
  if (bad === 0) log.info({ stream }, 'no more invalid objects in list');
  else log.warn({ stream, bad, complaint }, 'invalid objects in list; serving their last known values');
}

export function logCandidates(log: Logger, { owners, volumes }: State, owned: number): void {
  log.info({ nodes: owners.candidates.length, owned, volumes: volumes.size }, 'Ready nodes changed');
}
