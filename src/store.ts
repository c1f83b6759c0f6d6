/** The only mutable place: holds the current state and replaces it on every message, response and event. */

import type { Logger } from 'pino';
import { type Plan, plan } from './budget/plan.ts';
import type { Clock, Time } from './clock.ts';
import type { Limits } from './limits.ts';
import { LIMITS, overLimit } from './limits.ts';
import { type List, readList } from './list/list.ts';
import { type FactsByStream, KINDS, MESSAGE_LIMITS, perStream, type StreamName } from './longhorn/streams.ts';
import type { Histograms } from './metrics/histograms.ts';
import { logBadObjects, logCandidates, logEvent, logRequests, logStream } from './report.ts';
import type { ManagerResponse } from './requests/client.ts';
import { readJobLabelsResponse, readSnapshotResponse, readVolumeResponse } from './requests/responses.ts';
import { foldRequest, NO_REQUESTS, type RequestEvent, type RequestKind } from './requests/status.ts';
import { FOLDS } from './state/fold.ts';
import { foldJobLabels } from './state/schedules.ts';
import { ownedVolumes, owns, type Statuses, served } from './state/served.ts';
import { foldSnapshots } from './state/snapshots.ts';
import { EMPTY_STATE, type FoldContext, type Folded } from './state/state.ts';
import { foldVolumeResponse } from './state/volumes.ts';
import { silenceLimit } from './stream/policy.ts';
import { foldStream, NEW_STREAM, type StreamEvent } from './stream/status.ts';
import { EMPTY_TIMELINE, recordEvents, recordStreamEvent } from './timeline.ts';

/** Durations in milliseconds. */
export interface StoreOptions {
  /** The node whose volumes are served; undefined: all volumes. */
  readonly node: string | undefined;
  readonly minPeriod: number;
  readonly silence: number;
  readonly staleAfter: number;
  readonly sweepInterval: number;
  /** MANAGER_BUDGET: share of one core. */
  readonly budget: number;
  /** SCHEDULE_TIME_ZONE: an IANA name. */
  readonly timeZone: string;
  readonly configErrors: number;
  readonly version: string;
}

/** Where the store reports events. */
export interface Reporting {
  readonly log: Logger;
  readonly limits: Limits;
  readonly histograms: Histograms;
}

export type Store = ReturnType<typeof createStore>;
/** Everything that can be read at one point in time; the only input of scrapes and debug pages. */
export type View = ReturnType<Store['view']>;

export function createStore(options: StoreOptions, { log, limits, histograms }: Reporting, clock: Clock) {
  const lists: { [S in StreamName]?: List<FactsByStream[S]> } = {};
  let state = EMPTY_STATE;
  let statuses: Statuses = perStream(() => ({ ...NEW_STREAM, period: options.minPeriod }));
  let requests = NO_REQUESTS;
  let timeline = EMPTY_TIMELINE;
  let internalErrors = 0;

  const foldContext = (requestedAt: number): FoldContext => ({
    now: clock.now(),
    requestedAt,
    longestGap: 2 * silenceLimit(options.silence, statuses.volumes.period),
    node: options.node,
    timeZone: options.timeZone,
  });

  function commit(folded: Folded, now: Time): void {
    const before = state;
    state = folded.state;
    folded.limits?.forEach(limits.exceeded);
    timeline = recordEvents(timeline, folded.events, state.volumes.size, now.monotonic);
    for (const event of folded.events) {
      // A deleted volume has no owner any more, so its last owner logs it.
      const at = event.type === 'volume_gone' ? before : state;
      if (!owns(at, statuses, options, event.volume, now)) continue;
      logEvent(log, event, at);
      histograms.observe(event);
    }
    if (before.owners.candidates !== state.owners.candidates) logCandidates(log, state, owned(now).length);
  }

  const owned = (now: Time): string[] =>
    ownedVolumes(state, statuses, options, now).map(({ facts }) => facts.name);

  const computePlan = (now: Time): Plan =>
    plan({
      costs: {
        lists: perStream((stream) => statuses[stream].costMs),
        sweep: requests.sweep.costMs,
        jobs: requests.jobs.costMs,
        get: requests.refresh.costMs,
      },
      owned: owned(now).length,
      budget: options.budget,
      minPeriod: options.minPeriod,
      sweepInterval: options.sweepInterval,
    });

  /** The plan is recomputed when one of its inputs changes. */
  let planned: { readonly from: readonly unknown[]; readonly plan: Plan } | undefined;
  function currentPlan(now: Time): Plan {
    const from = [state, statuses, requests];
    if (planned === undefined || from.some((part, i) => part !== planned?.from[i])) {
      planned = { from, plan: computePlan(now) };
    }
    return planned.plan;
  }

  /** The current duration of a sweep, in milliseconds. */
  const sweepMs = (now: Time): number => currentPlan(now).sweep ?? options.sweepInterval;

  /** The number of known snapshots of all other volumes. */
  function countOtherSnapshots(name: string): number {
    let count = 0;
    for (const { facts, snapshots } of state.volumes.values())
      if (facts.name !== name) count += snapshots.byName?.size ?? 0;
    return count;
  }

  /** Decays the measured GET cost, so that GETs are retried after being judged too expensive. */
  function decayRefreshCost(): void {
    if (currentPlan(clock.now()).refresh !== undefined) return;
    requests = { ...requests, refresh: foldRequest(requests.refresh, { type: 'decayed' }, clock.now()) };
  }

  /** Folds a list of the stream into the state; returns false if the bytes are no such list. */
  function foldMessage<S extends StreamName>(stream: S, bytes: Buffer, requestedAt: number): boolean {
    const last: List<FactsByStream[S]> | undefined = lists[stream];
    const list = readList(KINDS[stream], bytes, last);
    if (list === undefined) return false;
    const context = foldContext(requestedAt);
    const folded = FOLDS[stream](state, list.objects, context);
    Object.assign(lists, { [stream]: list });
    list.limits.forEach(limits.exceeded);
    const { bad, skipped } = list;
    streamEvent(stream, { type: 'list', bytes: bytes.length, bad, skipped, folded: true });
    change(() => folded, context);
    if ((last?.bad ?? 0) > 0 !== bad > 0) logBadObjects(log, stream, bad, list.complaint ?? '');
    return true;
  }

  /** Counts and logs an error in the exporter itself. */
  function internalError(error: unknown): void {
    internalErrors++;
    log.error({ err: error }, 'internal error; please report it');
  }

  /** Applies a change. An error here is internal, whatever Longhorn sent. */
  function change(fold: () => Folded, { now }: FoldContext): void {
    try {
      commit(fold(), now);
    } catch (error) {
      internalError(error);
    }
  }

  function snapshotResponse(name: string, response: ManagerResponse, context: FoldContext): void {
    const found = readSnapshotResponse(response);
    const volume = state.volumes.get(name);
    // The volume may have been deleted, recreated or moved to another owner while the request was running.
    if (volume === undefined || response.requestedAt < volume.since) return;
    if (!owns(state, statuses, options, name, context.now)) return;
    if (countOtherSnapshots(name) + found.size > LIMITS.all_snapshots.most) throw overLimit('all_snapshots');
    change(() => {
      const { history, events } = foldSnapshots(volume.snapshots, found, response.requestedAt);
      const volumes = new Map(state.volumes).set(name, { ...volume, snapshots: history });
      return { state: { ...state, volumes }, events: events.map((event) => ({ ...event, volume: name })) };
    }, context);
  }

  function streamEvent(stream: StreamName, event: StreamEvent): void {
    const last = statuses[stream];
    const now = clock.now();
    const status = foldStream(last, event, now);
    statuses = { ...statuses, [stream]: status };
    timeline = recordStreamEvent(timeline, stream, event, now.monotonic);
    if (event.type === 'measured' && stream === 'volumes') decayRefreshCost();
    if (event.type === 'failed' && event.reason === 'too_large') limits.exceeded(MESSAGE_LIMITS[stream]);
    if (status.condition !== last.condition)
      logStream(log, stream, status, event.type === 'failed' ? event.detail : event.type);
  }

  return {
    /** Handles a message that was requested at this monotonic time; returns whether it is a list of the stream. */
    message(stream: StreamName, bytes: Buffer, requestedAt: number): boolean {
      try {
        if (foldMessage(stream, bytes, requestedAt)) return true;
      } catch (error) {
        // The manager did its part, so the stream is live, but its list was not folded.
        internalError(error);
        const { bad } = statuses[stream];
        streamEvent(stream, { type: 'list', bytes: bytes.length, bad, skipped: 0, folded: false });
        return true;
      }
      streamEvent(stream, { type: 'bad_message', bytes: bytes.length });
      return false;
    },

    /** Handles the response to a request for one volume. Throws, without any change, if it is invalid. */
    response(kind: RequestKind, name: string, response: ManagerResponse): void {
      const context = foldContext(response.requestedAt);
      if (kind === 'sweep') snapshotResponse(name, response, context);
      else if (kind === 'jobs') {
        const labels = readJobLabelsResponse(response);
        // Without labels the volume may be gone; the next list will show it.
        if (labels !== undefined)
          change(() => ({ state: foldJobLabels(state, name, labels, context), events: [] }), context);
      } else {
        const facts = readVolumeResponse(name, response);
        change(() => foldVolumeResponse(state, name, facts, context), context);
      }
    },

    streamEvent,

    requestEvent(kind: RequestKind, event: RequestEvent): void {
      const last = requests[kind];
      const status = foldRequest(last, event, clock.now());
      requests = { ...requests, [kind]: status };
      if (event.type === 'failed' && event.limit !== undefined) limits.exceeded(event.limit);
      if (status.failing !== last.failing)
        logRequests(log, kind, status.failing, event.type === 'failed' ? event.detail : '');
    },

    internalError,

    /** How often to request what, based on the measured costs. */
    plan: (): Plan => currentPlan(clock.now()),

    /** Names of the volumes served here. */
    owned: (): string[] => owned(clock.now()),

    /** Owned volumes whose recurring jobs are due for a request: never requested, or three sweeps ago. */
    dueForJobs(): string[] {
      const now = clock.now();
      const before = now.monotonic - 3 * sweepMs(now);
      const requestedAt = (name: string) =>
        state.volumes.get(name)?.jobLabels?.requestedAt ?? Number.NEGATIVE_INFINITY;
      return owned(now).filter((name) => requestedAt(name) <= before);
    },

    view(now: Time = clock.now()) {
      const { node, silence, staleAfter, configErrors, version } = options;
      /** Snapshots older than this are withdrawn, in milliseconds. */
      const snapshotsStaleAfter = Math.max(staleAfter, 3 * sweepMs(now));
      const jobsStaleAfter = 3 * snapshotsStaleAfter;
      return {
        now,
        state,
        served: served(state, statuses, { node, staleAfter, snapshotsStaleAfter, jobsStaleAfter }, now),
        statuses,
        requests,
        timeline,
        node,
        /** SILENCE_LIMIT and STALE_AFTER, in milliseconds. */
        silence,
        staleAfter,
        snapshotsStaleAfter,
        configErrors,
        internalErrors,
        limits: limits.counts,
        version,
      };
    },
  };
}
