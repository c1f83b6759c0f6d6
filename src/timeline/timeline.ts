/** What this exporter saw happen, for who debugs: a ring of events for each volume, one for all, and one for each stream. */

import type { VolumeTransition } from '../state/transition.ts';
import type { VolumeChange } from './changes.ts';

export type VolumeEvent = VolumeTransition | VolumeChange;

/** An event and when it was seen, in monotonic milliseconds. */
export type Seen<E> = E & { readonly at: number };

export interface Timeline {
  /** Of all volumes, the newest last; without changes of owner. */
  readonly latest: readonly Seen<VolumeEvent>[];
  /** Of each volume that is there, the newest last. */
  readonly byVolume: ReadonlyMap<string, readonly Seen<VolumeEvent>[]>;
}

export const EMPTY_TIMELINE: Timeline = { latest: [], byVolume: new Map() };

const MOST_LATEST = 500;
const MOST_OF_A_VOLUME = 50;

/** Together the volumes keep so many, which is at most 2 % of the memory limit in kustomize/sidecar.yaml, also with the longest names. */
export const MOST_EVENTS = 30_000;

/** How many events each of so many volumes keeps. */
export const ringLength = (volumes: number): number =>
  Math.min(MOST_OF_A_VOLUME, Math.floor(MOST_EVENTS / Math.max(1, volumes)));

/** The list with one more at its end, and without its oldest where it would be too long. */
export const push = <E>(ring: readonly E[], event: E, most: number): readonly E[] =>
  [...ring, event].slice(-most);

/** `volumes`: how many there are now. Events of a volume that is gone are kept only among the latest. */
export function record(
  timeline: Timeline,
  events: readonly VolumeEvent[],
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
    else byVolume.set(volume, push(byVolume.get(volume) ?? [], event, most));
  }
  // When a node goes, hundreds of volumes change their owner: that shall not push out why.
  const telling = seen.filter(({ type }) => type !== 'owner_changed');
  return { latest: [...timeline.latest, ...telling].slice(-MOST_LATEST), byVolume };
}
