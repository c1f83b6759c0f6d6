/** The one place that changes: it holds the state of this moment and swaps it at each message, answer and event. */

import { type Plan, plan } from './budget/plan.ts';
import type { Clock, Time } from './clock.ts';
import { LIMITS, type Limits, overLimit } from './limits.ts';
import { type List, readList } from './list/list.ts';
import { type FactsByStream, KINDS, MESSAGE_LIMITS, type StreamName } from './longhorn/streams.ts';
import { readSnapshotAnswer, readVolumeAnswer } from './requests/answers.ts';
import type { Answer } from './requests/client.ts';
import { foldRequest, NO_REQUESTS, type RequestEvent, type RequestKind } from './requests/status.ts';
import { FOLDS, type FoldContext, type Folded } from './state/fold.ts';
import { ownedVolumes, owns, type Statuses, served } from './state/served.ts';
import { foldSnapshots } from './state/snapshots.ts';
import { EMPTY_STATE, type State } from './state/state.ts';
import type { VolumeTransition } from './state/transition.ts';
import { foldVolumeAnswer } from './state/volumes.ts';
import { silenceLimit } from './stream/policy.ts';
import {
  foldStream,
  type ListCounts,
  NEW_STREAM,
  type StreamEvent,
  type StreamStatus,
} from './stream/status.ts';

import { changes } from './timeline/changes.ts';
import { NO_STREAM_EVENTS, recordStream } from './timeline/streams.ts';
import { EMPTY_TIMELINE, record } from './timeline/timeline.ts';
import type { View } from './view.ts';

/** Durations in milliseconds. */
export interface StoreOptions {
  /** The node whose volumes are served; undefined: all are. */
  readonly node: string | undefined;
  readonly minPeriod: number;
  readonly silence: number;
  readonly staleAfter: number;
  readonly sweepInterval: number;
  /** MANAGER_BUDGET: share of one core. */
  readonly budget: number;
  readonly configErrors: number;
  readonly version: string;
}

/** What the store tells: things that happened, each once. */
export interface StoreListener {
  /** A transition of an owned volume; `state` is the one after it, or before it when the volume is gone. */
  transition(transition: VolumeTransition, state: State): void;
  /** The stream's condition changed; `detail` says why in words. */
  condition(stream: StreamName, status: StreamStatus, detail: string): void;
  /** Requests of this kind began to fail, or no longer do. */
  requests(kind: RequestKind, failing: boolean, detail: string): void;
  /** A stream's list began to hold objects that cannot be understood, or no longer does. */
  badObjects(stream: StreamName, bad: number, complaint: string): void;
  /** The nodes that share the volumes changed. */
  candidates(state: State, owned: number): void;
}

export interface Store {
  /** Takes a message in; undefined, and nothing changed, when it is not a whole list of the stream. */
  message(stream: StreamName, bytes: Buffer, askedAt: number): ListCounts | undefined;
  /** Takes the answer to a request for one volume in; throws, and nothing changed, when it cannot be understood. */
  answer(kind: RequestKind, volume: string, answer: Answer): void;
  event(stream: StreamName, event: StreamEvent): void;
  requestEvent(kind: RequestKind, event: RequestEvent): void;
  internalError(): void;
  /** How often to ask for what, from what it has cost so far. */
  plan(): Plan;
  /** Names of the volumes that are served here. */
  owned(): string[];
  view(): { object: View; now: Time };
}

export function createStore(
  options: StoreOptions,
  listener: StoreListener,
  limits: Limits,
  clock: Clock,
): Store {
  const lists: { [S in StreamName]?: List<FactsByStream[S]> } = {};
  let state = EMPTY_STATE;
  let statuses: Statuses = {
    volumes: { ...NEW_STREAM, period: options.minPeriod },
    backups: { ...NEW_STREAM, period: options.minPeriod },
    nodes: { ...NEW_STREAM, period: options.minPeriod },
    backuptargets: { ...NEW_STREAM, period: options.minPeriod },
  };
  let requests = NO_REQUESTS;
  let timeline = EMPTY_TIMELINE;
  let streamEvents = NO_STREAM_EVENTS;
  let internalErrors = 0;

  const context = (askedAt: number): FoldContext => ({
    now: clock.now(),
    askedAt,
    longestGap: 2 * silenceLimit(options.silence, statuses.volumes.period),
    node: options.node,
  });

  function swap(folded: Folded, now: Time): void {
    const before = state;
    state = folded.state;
    folded.limits?.forEach(limits.exceeded);
    const events = [...folded.transitions, ...changes(before, state)];
    timeline = record(timeline, events, state.volumes.size, now.monotonic);
    for (const transition of folded.transitions) {
      // A volume that is gone has no owner any more; whoever owned it says so.
      const at = transition.type === 'volume_gone' ? before : state;
      if (owns(at, statuses, options, transition.volume, now)) listener.transition(transition, at);
    }
    if (before.owners.candidates !== state.owners.candidates) listener.candidates(state, owned(now).length);
  }

  const owned = (now: Time): string[] =>
    ownedVolumes(state, statuses, options, now).map(({ facts }) => facts.name);

  const reckon = (now: Time): Plan =>
    plan({
      costs: {
        lists: {
          volumes: statuses.volumes.costMs,
          backups: statuses.backups.costMs,
          nodes: statuses.nodes.costMs,
          backuptargets: statuses.backuptargets.costMs,
        },
        sweep: requests.sweep.costMs,
        get: requests.refresh.costMs,
      },
      owned: owned(now).length,
      budget: options.budget,
      minPeriod: options.minPeriod,
      sweepInterval: options.sweepInterval,
    });

  /** A plan holds for as long as nothing changed that it was made from. */
  let planned: { readonly from: readonly unknown[]; readonly plan: Plan } | undefined;
  function currentPlan(now: Time): Plan {
    const from = [state, statuses, requests];
    if (planned === undefined || from.some((part, i) => part !== planned?.from[i])) {
      planned = { from, plan: reckon(now) };
    }
    return planned.plan;
  }

  /** How many snapshots are known of all other volumes. */
  function snapshotsBeside(name: string): number {
    let count = 0;
    for (const { facts, snapshots } of state.volumes.values())
      if (facts.name !== name) count += snapshots.byName?.size ?? 0;
    return count;
  }

  /** GETs that were once too dear are tried again when lists have come meanwhile. */
  function forgetCosts(): void {
    if (currentPlan(clock.now()).refresh !== undefined) return;
    requests = { ...requests, refresh: foldRequest(requests.refresh, { type: 'forgotten' }, clock.now()) };
  }

  return {
    message<S extends StreamName>(stream: S, bytes: Buffer, askedAt: number) {
      const last: List<FactsByStream[S]> | undefined = lists[stream];
      const list = readList(KINDS[stream], bytes, last);
      if (list === undefined) return undefined;
      const how = context(askedAt);
      swap(FOLDS[stream](state, list.objects, how), how.now);
      Object.assign(lists, { [stream]: list });
      list.limits.forEach(limits.exceeded);
      if ((last?.bad ?? 0) > 0 !== list.bad > 0) listener.badObjects(stream, list.bad, list.complaint ?? '');
      return { bad: list.bad, skipped: list.skipped };
    },
    answer(kind, name, answer) {
      const how = context(answer.askedAt);
      if (kind === 'refresh') {
        swap(foldVolumeAnswer(state, name, readVolumeAnswer(name, answer), how), how.now);
        return;
      }
      const found = readSnapshotAnswer(answer);
      const volume = state.volumes.get(name);
      // It may be gone, be another volume, or have gone to another owner, while we waited for the answer.
      if (volume === undefined || answer.askedAt < volume.since) return;
      if (!owns(state, statuses, options, name, how.now)) return;
      if (snapshotsBeside(name) + found.size > LIMITS.all_snapshots.most) throw overLimit('all_snapshots');
      const snapshots = foldSnapshots(volume.snapshots, found, answer.askedAt);
      const volumes = new Map(state.volumes).set(name, { ...volume, snapshots });
      swap({ state: { ...state, volumes }, transitions: [] }, how.now);
    },
    event(stream, event) {
      const last = statuses[stream];
      const status = foldStream(last, event, clock.now());
      statuses = { ...statuses, [stream]: status };
      streamEvents = recordStream(streamEvents, stream, event, clock.now().monotonic);
      if (event.type === 'measured' && stream === 'volumes') forgetCosts();
      if (event.type === 'failed' && event.reason === 'too_large') limits.exceeded(MESSAGE_LIMITS[stream]);
      if (status.condition !== last.condition) {
        listener.condition(stream, status, event.type === 'failed' ? event.detail : event.type);
      }
    },
    requestEvent(kind, event) {
      const last = requests[kind];
      const status = foldRequest(last, event, clock.now());
      requests = { ...requests, [kind]: status };
      if (event.type === 'failed' && event.limit !== undefined) limits.exceeded(event.limit);
      if (status.failing !== last.failing) {
        listener.requests(kind, status.failing, event.type === 'failed' ? event.detail : '');
      }
    },
    internalError() {
      internalErrors++;
    },
    plan: () => currentPlan(clock.now()),
    owned: () => owned(clock.now()),
    view() {
      const now = clock.now();
      const { node, silence, staleAfter, configErrors, version } = options;
      const snapshotsStaleAfter = Math.max(staleAfter, 3 * (currentPlan(now).sweep ?? options.sweepInterval));
      return {
        object: {
          state,
          served: served(state, statuses, { node, staleAfter, snapshotsStaleAfter }, now),
          statuses,
          requests,
          timeline,
          streamEvents,
          node,
          silence,
          staleAfter,
          snapshotsStaleAfter,
          configErrors,
          internalErrors,
          limits: limits.counts,
          version,
        },
        now,
      };
    },
  };
}
