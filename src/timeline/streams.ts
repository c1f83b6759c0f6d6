/** The last events of each subscription: when it was opened, brought its first list, failed and why. */

import type { StreamName } from '../longhorn/streams.ts';
import type { StreamEvent } from '../stream/status.ts';
import { push, type Seen } from './timeline.ts';

/** Lists and periods come too often to tell anything. */
export type RememberedStreamEvent = Exclude<StreamEvent, { readonly type: 'list' | 'period' }>;

export type StreamHistories = { readonly [S in StreamName]: readonly Seen<RememberedStreamEvent>[] };

export const NO_STREAM_EVENTS: StreamHistories = { volumes: [], backups: [], nodes: [], backuptargets: [] };

const MOST_OF_A_STREAM = 100;

export function recordStream(
  histories: StreamHistories,
  stream: StreamName,
  event: StreamEvent,
  at: number,
): StreamHistories {
  if (event.type === 'list' || event.type === 'period') return histories;
  return { ...histories, [stream]: push(histories[stream], { ...event, at }, MOST_OF_A_STREAM) };
}
