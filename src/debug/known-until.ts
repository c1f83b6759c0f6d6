/** Until when what is shown is known to hold: Longhorn tells of every change, but only while it tells anything. */

import type { Time } from '../clock.ts';
import type { StreamName } from '../longhorn/streams.ts';
import type { View } from '../store.ts';
import { isLive } from '../stream/status.ts';

/** Monotonic milliseconds: now, while the stream is live and has confirmed it lately; else when it last did. */
export function knownUntil(
  stream: StreamName,
  confirmedAt: number | undefined,
  { statuses, silence }: View,
  now: Time,
): number {
  if (confirmedAt === undefined) return now.monotonic;
  return isLive({ ...statuses[stream], lastListAt: confirmedAt }, silence, now) ? now.monotonic : confirmedAt;
}

export const volumeKnownUntil = (volume: string, view: View, now: Time): number =>
  knownUntil('volumes', view.state.confirmedAt?.get(volume), view, now);

/** For what is read from all of a stream's list. */
export const listKnownUntil = (stream: StreamName, view: View, now: Time): number =>
  knownUntil(stream, view.statuses[stream].lastListAt, view, now);
