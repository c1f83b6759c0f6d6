/** The one place that changes: it holds the state of this moment and swaps it at each message and event. */

import type { Clock, Time } from './clock.ts';
import type { ExporterView } from './families/exporter.ts';
import { type Folded, type Folds, folds } from './fold/fold.ts';
import { owns, type ServePolicy, type Statuses, served } from './fold/served.ts';
import { EMPTY_STATE, type State } from './fold/state.ts';
import type { VolumeTransition } from './fold/transition.ts';
import { type List, readList } from './list/list.ts';
import { type FactsByStream, KINDS, type StreamName } from './longhorn/streams.ts';
import {
  foldStream,
  type ListCounts,
  NEW_STREAM,
  type StreamEvent,
  type StreamStatus,
} from './stream/status.ts';

export interface StoreOptions extends ServePolicy {
  readonly period: number;
  /** SILENCE_LIMIT, in milliseconds; bounds what one gap adds to a time counter. */
  readonly silenceSetting: number;
  /** The silence limit in use, in milliseconds. */
  readonly silence: number;
  readonly configErrors: number;
  readonly version: string;
}

/** What the store tells: things that happened, each once. */
export interface StoreListener {
  /** `state` is the one after the transition. */
  transition(transition: VolumeTransition, state: State): void;
  /** The stream's condition changed; `detail` says why in words. */
  condition(stream: StreamName, status: StreamStatus, detail: string): void;
  /** A stream's list began to hold objects that cannot be understood, or no longer does. */
  badObjects(stream: StreamName, bad: number, complaint: string): void;
  /** The nodes that share the volumes changed. */
  candidates(state: State, owned: number): void;
}

export interface Store {
  /** Takes a message in; undefined, and nothing changed, when it is not a whole list of the stream. */
  message(stream: StreamName, bytes: Buffer): ListCounts | undefined;
  event(stream: StreamName, event: StreamEvent): void;
  internalError(): void;
  view(): { object: ExporterView; now: Time };
}

export function createStore(options: StoreOptions, listener: StoreListener, clock: Clock): Store {
  const fold: Folds = folds({ longestGap: 2 * options.silenceSetting });
  const lists: { [S in StreamName]?: List<FactsByStream[S]> } = {};
  let state = EMPTY_STATE;
  let statuses: Statuses = {
    volumes: NEW_STREAM,
    backups: NEW_STREAM,
    nodes: NEW_STREAM,
    backuptargets: NEW_STREAM,
  };
  let internalErrors = 0;

  function take<S extends StreamName>(stream: S, bytes: Buffer): ListCounts | undefined {
    const last: List<FactsByStream[S]> | undefined = lists[stream];
    const list = readList(KINDS[stream], bytes, last);
    if (list === undefined) return undefined;
    const now = clock.now();
    const folded: Folded = fold[stream](state, list.objects, now);
    const before = state;
    state = folded.state;
    Object.assign(lists, { [stream]: list });
    report(before, folded, now);
    if ((last?.bad ?? 0) > 0 !== list.bad > 0) listener.badObjects(stream, list.bad, list.complaint ?? '');
    return { bad: list.bad, skipped: list.skipped };
  }

  function report(before: State, { transitions }: Folded, now: Time): void {
    for (const transition of transitions) {
      // A volume that is gone has no owner any more; whoever owned it says so.
      const at = transition.type === 'volume_gone' ? before : state;
      if (owns(at, statuses, options, transition.volume, now)) listener.transition(transition, at);
    }
    if (before.owners.candidates !== state.owners.candidates) {
      listener.candidates(state, served(state, statuses, options, now).volumes.length);
    }
  }

  return {
    message: take,
    event(stream, event) {
      const last = statuses[stream];
      const status = foldStream(last, event, clock.now());
      statuses = { ...statuses, [stream]: status };
      if (status.condition !== last.condition) {
        listener.condition(stream, status, event.type === 'failed' ? event.detail : event.type);
      }
    },
    internalError() {
      internalErrors++;
    },
    view() {
      const now = clock.now();
      const { period, silence, staleAfter, configErrors, version } = options;
      return {
        object: {
          state,
          served: served(state, statuses, options, now),
          statuses,
          period,
          silence,
          staleAfter,
          configErrors,
          internalErrors,
          version,
        },
        now,
      };
    },
  };
}
