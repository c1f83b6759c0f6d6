/** Keeps one stream subscribed until the exporter stops, reconnecting by the rules of policy.ts. */

import { type Clock, sleep } from '../clock.ts';
import { collectGarbage, LARGE_MESSAGE_BYTES } from '../garbage.ts';
import { LIMITS } from '../limits.ts';
import { MESSAGE_LIMITS, type StreamName } from '../longhorn/streams.ts';
import type { Store } from '../store.ts';
import { connect, type Verdict } from './connection.ts';
import {
  afterConnection,
  differsByAThird,
  type FirstList,
  type History,
  MAX_STREAM_PERIOD_MS,
  NO_HISTORY,
  type Outcome,
  silenceLimit,
  timeoutsFor,
} from './policy.ts';

export interface SubscriptionOptions {
  /** The manager's base URL, http or https. */
  readonly url: URL;
  /** SILENCE_LIMIT, in milliseconds. */
  readonly silence: number;
}

interface Subscription extends SubscriptionOptions {
  readonly stream: StreamName;
  readonly store: Pick<Store, 'message' | 'streamEvent' | 'plan'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How often to plan a long wait again: the cost of lists and GETs and the ownership of volumes may have changed. */
const REPLAN_MS = 20_000;

/** Below this size a list is so cheap that a change of its size does not need a new measurement. */
const MEASURED_BYTES = 256 * 1024;

export async function subscribe(
  stream: StreamName,
  options: SubscriptionOptions,
  store: Subscription['store'],
  clock: Clock,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const subscription: Subscription = { ...options, stream, store, clock, signal };
  let history = NO_HISTORY;
  let period = adoptPeriod(subscription);
  while (!signal.aborted) {
    const startedAt = clock.now().monotonic;
    const outcome = await receive(subscription, period, history);
    if (outcome.ending === 'stopped') return;
    const next = afterConnection(history, outcome, random);
    history = next.history;
    const earliest = clock.now().monotonic + next.waitMs;
    period = await waitForConnect(subscription, startedAt, outcome.opened, earliest);
  }
}

/** Adopts the period of the current plan; from here on it determines when the stream counts as stale. */
function adoptPeriod({ stream, store }: Subscription): number {
  const period = store.plan().periods[stream];
  store.streamEvent(stream, { type: 'period', period });
  return period;
}

/** One connection: every message goes to the store, and so does its end. */
async function receive(
  { stream, url, silence, store, clock, signal }: Subscription,
  period: number,
  history: History,
): Promise<Outcome> {
  const startedAt = clock.now().monotonic;
  let openedAt = startedAt;
  let first: FirstList | undefined;

  function onOpen(): void {
    openedAt = clock.now().monotonic;
    store.streamEvent(stream, { type: 'opened' });
  }

  function onMessage(message: Buffer): Verdict {
    const now = clock.now().monotonic;
    const bytes = message.length;
    if (bytes > LARGE_MESSAGE_BYTES) setImmediate(collectGarbage);
    // The manager starts building the first list when we connect, and later ones about as long before they arrive.
    const requestedAt = first === undefined ? startedAt : now - first.latencyMs;
    if (!store.message(stream, message, requestedAt)) return 'invalid';
    if (first === undefined) {
      first = { bytes, latencyMs: now - startedAt };
      const resized = history.firstList !== undefined && differsByAThird(history.firstList.bytes, bytes);
      // The handler builds the list after the WebSocket has opened; the time before is mostly our own.
      store.streamEvent(stream, {
        type: 'measured',
        listMs: first.latencyMs,
        costMs: now - openedAt,
        resized,
      });
    }
    const wanted = store.plan().periods[stream];
    const resized = Math.max(first.bytes, bytes) > MEASURED_BYTES && differsByAThird(first.bytes, bytes);
    return wanted > MAX_STREAM_PERIOD_MS || differsByAThird(period, wanted) || resized
      ? 'disconnect'
      : 'continue';
  }

  const outcome = await connect(
    streamUrl(url, Math.min(period, MAX_STREAM_PERIOD_MS), stream),
    LIMITS[MESSAGE_LIMITS[stream]].most,
    timeoutsFor(silenceLimit(silence, period), history.firstList?.latencyMs ?? 0, history.silentStarts),
    onOpen,
    onMessage,
    clock,
    signal,
  );
  const { ending, detail } = outcome;
  if (ending === 'resync') store.streamEvent(stream, { type: 'resync' });
  else if (ending !== 'done' && ending !== 'stopped') {
    // A list that is too large cost the manager as much as any other.
    const costMs =
      ending === 'too_large' && first === undefined ? clock.now().monotonic - openedAt : undefined;
    store.streamEvent(stream, { type: 'failed', reason: ending, detail, ...(costMs && { costMs }) });
  }
  return { ...outcome, firstList: first };
}

/** Waits until `earliest` and until a period has passed since the last connect; returns the period then in use. */
async function waitForConnect(
  subscription: Subscription,
  startedAt: number,
  opened: boolean,
  earliest: number,
): Promise<number> {
  const { clock, signal } = subscription;
  for (;;) {
    const period = adoptPeriod(subscription);
    // A refused connect cost the manager nothing, so it need not wait as long as one connection per list does.
    const spacing = opened ? period : Math.min(period, MAX_STREAM_PERIOD_MS);
    const left = Math.max(0, Math.max(earliest, startedAt + spacing) - clock.now().monotonic);
    const again = spacing > MAX_STREAM_PERIOD_MS && left > REPLAN_MS;
    await sleep(clock, again ? REPLAN_MS : left, signal);
    if (!again || signal.aborted) return period;
  }
}

/** `ws://host:9500/v1/ws/5s/volumes`; the period is a Go duration. */
export function streamUrl(base: URL, period: number, stream: StreamName): string {
  const url = new URL(base);
  url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/v1/ws/${goDuration(period)}/${stream}`;
  return url.href;
}

const goDuration = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${Math.ceil(ms)}ms`);
