/** The events this exporter saw, for the debug pages: ring buffers per volume, for all volumes, and per stream. */

import type { NamedEvent, Timestamped } from './events.ts';
import type { StreamName } from './longhorn/streams.ts';
import type { StreamEvent } from './stream/status.ts';

/** Lists and periods are too frequent to be useful. */
export type RecordedStreamEvent = Exclude<StreamEvent, { readonly type: 'list' | 'period' }>;

export interface Timeline {
  /** Events of all volumes, newest last, without changes of owner. */
  readonly latest: readonly Timestamped<NamedEvent>[];
  /** Events of each existing volume, newest last. */
  readonly byVolume: ReadonlyMap<string, readonly Timestamped<NamedEvent>[]>;
  readonly byStream: ReadonlyMap<StreamName, readonly Timestamped<RecordedStreamEvent>[]>;
}

export const EMPTY_TIMELINE: Timeline = { latest: [], byVolume: new Map(), byStream: new Map() };

const MAX_LATEST = 500;
const MAX_PER_VOLUME = 50;
const MAX_PER_STREAM = 100;

/** For all volumes together: at most 2 % of the memory limit in kustomize/sidecar.yaml, even with the longest names. */
export const MAX_EVENTS = 30_000;

/** How many events are kept per volume. */
export const ringLength = (volumes: number): number =>
  Math.min(MAX_PER_VOLUME, Math.floor(MAX_EVENTS / Math.max(1, volumes)));

/** Appends an event and drops the oldest ones beyond `most`. */
export const pushEvent = <E>(ring: readonly E[], event: E, most: number): readonly E[] =>
  [...ring, event].slice(-most);

/** `volumes`: their current number; `at`: monotonic milliseconds. Events of a deleted volume are kept only in `latest`. */
export function recordEvents(
  timeline: Timeline,
  events: readonly NamedEvent[],
  volumes: number,
  at: number,
): Timeline {
  if (events.length === 0) return timeline;
  const most = ringLength(volumes);
  const byVolume = new Map(timeline.byVolume);
  // With more volumes each ring gets shorter, including those without new events.
  for (const [volume, ring] of byVolume) if (ring.length > most) byVolume.set(volume, ring.slice(-most));
  const seen = events.map((event) => ({ ...event, at }));
  for (const event of seen) {
    const { volume } = event;
    if (event.type === 'volume_gone') byVolume.delete(volume);
    // A volume that appears again under the same name is another volume.
    else if (event.type === 'volume_appeared') byVolume.set(volume, [event]);
    else byVolume.set(volume, pushEvent(byVolume.get(volume) ?? [], event, most));
  }
  // When a node goes down, hundreds of volumes change owner: that must not push out the cause.
  const latest = [...timeline.latest, ...seen.filter(({ type }) => type !== 'owner_changed')].slice(
    -MAX_LATEST,
  );
  return { ...timeline, latest, byVolume };
}

export function recordStreamEvent(
  timeline: Timeline,
  stream: StreamName,
  event: StreamEvent,
  at: number,
): Timeline {
  if (event.type === 'list' || event.type === 'period') return timeline;
  const ring = pushEvent(timeline.byStream.get(stream) ?? [], { ...event, at }, MAX_PER_STREAM);
  return { ...timeline, byStream: new Map(timeline.byStream).set(stream, ring) };
}
