/** The one place that changes: it holds the state of this moment and replaces it at each message, response and event. */

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
  /** The node whose volumes are served; undefined: all are. */
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

/** What the store tells of what happens. */
export interface Reporting {
  readonly log: Logger;
  readonly limits: Limits;
  readonly histograms: Histograms;
}

export type Store = ReturnType<typeof createStore>;
/** Everything that may be read at one moment: scrapes and debug pages are made of nothing else. */
export type View = ReturnType<Store['view']>;

export function createStore(options: StoreOptions, { log, limits, histograms }: Reporting, clock: Clock) {
  const lists: { [S in StreamName]?: List<FactsByStream[S]> } = {};
  let state = EMPTY_STATE;
  let statuses: Statuses = perStream(() => ({ ...NEW_STREAM, period: options.minPeriod }));
  let requests = NO_REQUESTS;
  let timeline = EMPTY_TIMELINE;
  let internalErrors = 0;

  const context = (askedAt: number): FoldContext => ({
    now: clock.now(),
    askedAt,
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
      // A volume that is gone has no owner any more; whoever owned it says so.
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

  /** A plan holds for as long as nothing changed that it was made from. */
  let planned: { readonly from: readonly unknown[]; readonly plan: Plan } | undefined;
  function currentPlan(now: Time): Plan {
    const from = [state, statuses, requests];
    if (planned === undefined || from.some((part, i) => part !== planned?.from[i])) {
      planned = { from, plan: computePlan(now) };
    }
    return planned.plan;
  }

  /** How long a sweep takes now, in milliseconds. */
  const sweepMs = (now: Time): number => currentPlan(now).sweep ?? options.sweepInterval;

  /** How many snapshots are known of all other volumes. */
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

  /** Whether the bytes are a list of the stream, which is then taken in. */
  function foldMessage<S extends StreamName>(stream: S, bytes: Buffer, askedAt: number): boolean {
    const last: List<FactsByStream[S]> | undefined = lists[stream];
    const list = readList(KINDS[stream], bytes, last);
    if (list === undefined) return false;
    const how = context(askedAt);
    const folded = FOLDS[stream](state, list.objects, how);
    Object.assign(lists, { [stream]: list });
    list.limits.forEach(limits.exceeded);
    const { bad, skipped } = list;
    streamEvent(stream, { type: 'list', bytes: bytes.length, bad, skipped, folded: true });
    change(() => folded, how);
    if ((last?.bad ?? 0) > 0 !== bad > 0) logBadObjects(log, stream, bad, list.complaint ?? '');
    return true;
  }

  /** Counts and logs an error of ours. */
  function internalError(error: unknown): void {
    internalErrors++;
    log.error({ err: error }, 'internal error; please report it');
  }

  /** Takes a change in; an error on the way is ours, whatever Longhorn sent. */
  function change(fold: () => Folded, { now }: FoldContext): void {
    try {
      commit(fold(), now);
    } catch (error) {
      internalError(error);
    }
  }

  function snapshotResponse(name: string, response: ManagerResponse, how: FoldContext): void {
    const found = readSnapshotResponse(response);
    const volume = state.volumes.get(name);
    // It may be gone, be another volume, or have gone to another owner, while we waited for the response.
    if (volume === undefined || response.askedAt < volume.since) return;
    if (!owns(state, statuses, options, name, how.now)) return;
    if (countOtherSnapshots(name) + found.size > LIMITS.all_snapshots.most) throw overLimit('all_snapshots');
    change(() => {
      const { history, events } = foldSnapshots(volume.snapshots, found, response.askedAt);
      const volumes = new Map(state.volumes).set(name, { ...volume, snapshots: history });
      return { state: { ...state, volumes }, events: events.map((event) => ({ ...event, volume: name })) };
    }, how);
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
    /** Takes a message in that was asked for at this monotonic time; returns whether it is a list of the stream. */
    message(stream: StreamName, bytes: Buffer, askedAt: number): boolean {
      try {
        if (foldMessage(stream, bytes, askedAt)) return true;
      } catch (error) {
        // The manager did its part: the stream is live, but what it says is not known here.
        internalError(error);
        const { bad } = statuses[stream];
        streamEvent(stream, { type: 'list', bytes: bytes.length, bad, skipped: 0, folded: false });
        return true;
      }
      streamEvent(stream, { type: 'bad_message', bytes: bytes.length });
      return false;
    },

    /** Takes the response to a request for one volume in; throws, and nothing changes, when it cannot be understood. */
    response(kind: RequestKind, name: string, response: ManagerResponse): void {
      const how = context(response.askedAt);
      if (kind === 'sweep') snapshotResponse(name, response, how);
      else if (kind === 'jobs') {
        const labels = readJobLabelsResponse(response);
        // Without labels the volume may be gone: the next list says so.
        if (labels !== undefined)
          change(() => ({ state: foldJobLabels(state, name, labels, how), events: [] }), how);
      } else {
        const facts = readVolumeResponse(name, response);
        change(() => foldVolumeResponse(state, name, facts, how), how);
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

    /** How often to ask for what, from what it has cost so far. */
    plan: (): Plan => currentPlan(clock.now()),

    /** Names of the volumes that are served here. */
    owned: (): string[] => owned(clock.now()),

    /** Those of them whose recurring jobs are to be asked for: never asked, or three sweeps ago. */
    dueForJobs(): string[] {
      const now = clock.now();
      const before = now.monotonic - 3 * sweepMs(now);
      const askedAt = (name: string) =>
        state.volumes.get(name)?.jobLabels?.askedAt ?? Number.NEGATIVE_INFINITY;
      return owned(now).filter((name) => askedAt(name) <= before);
    },

    view(now: Time = clock.now()) {
      const { node, silence, staleAfter, configErrors, version } = options;
      /** Snapshots that were not asked for during so long are withdrawn, in milliseconds. */
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
