/** Events of volumes and streams as the debug pages and their JSON show them: when, what, and for how long. */

import type { Time } from '../clock.ts';
import type { NamedEvent, Timestamped, VolumeEvent } from '../events.ts';
import type { ErrorReason } from '../stream/policy.ts';
import type { RememberedStreamEvent } from '../timeline.ts';
import { timeOf } from './times.ts';

/** When something was seen, and how long what began or ended with it lasted. */
interface When {
  /** RFC 3339. */
  readonly time: string;
  readonly seconds?: number;
  /** Whether what began with it lasts still, as far as is known. */
  readonly ongoing?: boolean;
}

/** An event's own fields stand beside its time. */
export type EventRow = When & NamedEvent;

export interface StreamEventRow extends When {
  readonly event: 'connected' | 'first_list' | 'resync' | ErrorReason;
  /** Why, in words. */
  readonly detail?: string;
}

export const eventRow = ({ at, ...event }: Timestamped<NamedEvent>, now: Time): EventRow => ({
  time: timeOf(at, now),
  ...event,
});

/**
 * The newest first, each that began something with how long that lasted. `events`: of one volume, the oldest first;
 * `knownUntil`: monotonic milliseconds until which what such an event began is known to last.
 */
export function volumeEvents(
  events: readonly Timestamped<NamedEvent>[],
  knownUntil: (event: VolumeEvent) => number,
  now: Time,
): EventRow[] {
  return events
    .map((event, index) => {
      const row = eventRow(event, now);
      if ('seconds' in event) return row;
      const end = endOf(event, events.slice(index + 1));
      if (end === 'never') return row;
      // A list is asked for before it tells what it tells.
      const seconds = Math.max(0, (end?.at ?? knownUntil(event)) - event.at) / 1000;
      return end === undefined ? { ...row, seconds, ongoing: true } : { ...row, seconds };
    })
    .reverse();
}

/** The later event that ends what this one began; undefined while that lasts; never: it began nothing. */
export function endOf(
  event: VolumeEvent,
  later: readonly Timestamped<NamedEvent>[],
): Timestamped<NamedEvent> | undefined | 'never' {
  switch (event.type) {
    case 'robustness_changed':
      return later.find((end) => end.type === event.type || (event.to !== 'faulted' && isDetached(end)));
    case 'state_changed':
    case 'owner_changed':
      return later.find(({ type }) => type === event.type);
    case 'operation_started':
      return later.find((end) => end.type === 'operation_ended' && end.operation === event.operation);
    case 'share_down':
      return later.find((end) => end.type === 'share_up' || isDetached(end));
    case 'rebuild_started':
      return later.find((end) => end.type === 'rebuild_ended' && end.replica === event.replica);
    case 'backup_started':
      return later.find(
        (end) =>
          (end.type === 'backup_completed' || end.type === 'backup_failed' || end.type === 'backup_gone') &&
          end.backup === event.backup,
      );
    default:
      return 'never';
  }
}

/** A detached volume is in none of the four conditions but faulted. */
const isDetached = (event: VolumeEvent): boolean => event.type === 'state_changed' && event.to === 'detached';

/** The newest first; one that ended a connection with how long that was open. `events`: of one stream, the oldest first. */
export function streamEvents(
  events: readonly Timestamped<RememberedStreamEvent>[],
  now: Time,
): StreamEventRow[] {
  const rows: StreamEventRow[] = [];
  let openedAt: number | undefined;
  for (const event of events) {
    rows.push({ time: timeOf(event.at, now), ...streamEvent(event, openedAt) });
    if (event.type === 'opened') openedAt = event.at;
    else if (event.type !== 'measured' && event.type !== 'bad_message') openedAt = undefined;
  }
  return rows.reverse();
}

function streamEvent(
  event: Timestamped<RememberedStreamEvent>,
  openedAt: number | undefined,
): Omit<StreamEventRow, 'time'> {
  const open = openedAt === undefined ? {} : { seconds: (event.at - openedAt) / 1000 };
  switch (event.type) {
    case 'opened':
      return { event: 'connected' };
    case 'measured':
      return { event: 'first_list', seconds: event.listMs / 1000 };
    case 'bad_message':
      return { event: 'bad_message', detail: `${event.bytes} bytes that are not a list` };
    case 'resync':
      return { event: 'resync', ...open };
    case 'failed':
      // One that could not be opened says nothing of the one before it.
      return { event: event.reason, detail: event.detail, ...(event.reason === 'connect' ? {} : open) };
  }
}
