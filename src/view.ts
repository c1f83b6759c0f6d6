/** Everything that may be read at one moment: scrapes and debug pages are made of nothing else. */

import type { LimitName } from './limits.ts';
import type { RequestStatus } from './requests/status.ts';
import type { Served, Statuses } from './state/served.ts';
import type { State } from './state/state.ts';
import type { StreamHistories } from './timeline/streams.ts';
import type { Timeline } from './timeline/timeline.ts';

export interface View {
  readonly state: State;
  readonly served: Served;
  readonly statuses: Statuses;
  readonly requests: RequestStatus;
  readonly timeline: Timeline;
  readonly streamEvents: StreamHistories;
  /** The node whose volumes are served; undefined: all are. */
  readonly node: string | undefined;
  /** SILENCE_LIMIT and STALE_AFTER, in milliseconds. */
  readonly silence: number;
  readonly staleAfter: number;
  /** Snapshots that were not asked for during so long are withdrawn, in milliseconds. */
  readonly snapshotsStaleAfter: number;
  readonly configErrors: number;
  readonly internalErrors: number;
  readonly limits: ReadonlyMap<LimitName, number>;
  readonly version: string;
}
