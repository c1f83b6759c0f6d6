/** What this exporter saw happen, for the debug pages: rings of events of each volume, of all, and of each stream. */

import type { NamedEvent, Timestamped } from './events.ts';
import type { StreamName } from './longhorn/streams.ts';
import type { StreamEvent } from './stream/status.ts';

/** Lists and periods come too often to tell anything. */
export type RememberedStreamEvent = Exclude<StreamEvent, { readonly type: 'list' | 'period' }>;

export interface Timeline {
  /** Of all volumes, the newest last; without changes of owner. */
  readonly latest: readonly Timestamped<NamedEvent>[];
  /** Of each volume that is there, the newest last. */
  readonly byVolume: ReadonlyMap<string, readonly Timestamped<NamedEvent>[]>;
  readonly byStream: ReadonlyMap<StreamName, readonly Timestamped<RememberedStreamEvent>[]>;
}

export const EMPTY_TIMELINE: Timeline = { latest: [], byVolume: new Map(), byStream: new Map() };

const MOST_LATEST = 500;
const MOST_OF_A_VOLUME = 50;
const MOST_OF_A_STREAM = 100;

/** Together the volumes keep so many, which is at most 2 % of the memory limit in kustomize/sidecar.yaml, also with the longest names. */
export const MOST_EVENTS = 30_000;

/** How many events each of so many volumes keeps. */
export const ringLength = (volumes: number): number =>
  Math.min(MOST_OF_A_VOLUME, Math.floor(MOST_EVENTS / Math.max(1, volumes)));

/** The ring with one more at its end, and without its oldest where it would be too long. */
export const pushEvent = <E>(ring: readonly E[], event: E, most: number): readonly E[] =>
  [...ring, event].slice(-most);

/** `volumes`: how many there are now; `at`: monotonic milliseconds. Events of a volume that is gone are kept only among the latest. */
export function recordEvents(
  timeline: Timeline,
  events: readonly NamedEvent[],
  volumes: number,
  at: number,
): Timeline {
  if (events.length === 0) return timeline;
  const most = ringLength(volumes);
  const byVolume = new Map(timeline.byVolume);
  // More volumes have come: there is less room for each, also for those to which nothing happens now.
  for (const [volume, ring] of byVolume) if (ring.length > most) byVolume.set(volume, ring.slice(-most));
  const seen = events.map((event) => ({ ...event, at }));
  for (const event of seen) {
    const { volume } = event;
    if (event.type === 'volume_gone') byVolume.delete(volume);
    // The same name again is another volume.
    else if (event.type === 'volume_appeared') byVolume.set(volume, [event]);
    else byVolume.set(volume, pushEvent(byVolume.get(volume) ?? [], event, most));
  }
  // When a node goes, hundreds of volumes change their owner: that must not push out why.
  const latest = [...timeline.latest, ...seen.filter(({ type }) => type !== 'owner_changed')].slice(
    -MOST_LATEST,
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
  const ring = pushEvent(timeline.byStream.get(stream) ?? [], { ...event, at }, MOST_OF_A_STREAM);
  return { ...timeline, byStream: new Map(timeline.byStream).set(stream, ring) };
}
