/** Keeps one stream subscribed for as long as we run, reconnecting by the rules of policy.ts. */

import { type Clock, sleep } from '../clock.ts';
import { LIMITS } from '../limits.ts';
import { MESSAGE_LIMITS, type StreamName } from '../longhorn/streams.ts';
import { connect, type Verdict } from './connection.ts';
import { afterConnection, FRESH, hasMoved, MAX_STREAM_PERIOD_MS, patience, silenceLimit } from './policy.ts';
import type { StreamEvent } from './status.ts';

export interface SubscriptionOptions {
  /** The manager's base URL, http or https. */
  readonly url: URL;
  /** The period that is wanted now: least time between two lists, and between two connects, in milliseconds. */
  readonly period: () => number;
  /** SILENCE_LIMIT, in milliseconds. */
  readonly silence: number;
}

export interface SubscriptionListener {
  /** Takes a message in that was asked for at this monotonic time; whether it is a whole list of this stream. */
  message(message: Buffer, askedAt: number): boolean;
  event(event: StreamEvent): void;
}

/** How often a long wait is planned again: what lists and GETs cost, and who owns what, may have changed. */
const REPLAN_MS = 20_000;

/** Below this size a list costs so little that a change of its size need not be measured. */
const MEASURED_BYTES = 256 * 1024;

export async function subscribe(
  stream: StreamName,
  options: SubscriptionOptions,
  listener: SubscriptionListener,
  clock: Clock,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  let retry = FRESH;
  let lastList = 0;
  let measuredBytes: number | undefined;
  let period = options.period();
  listener.event({ type: 'period', period });
  while (!signal.aborted) {
    const started = clock.now().monotonic;
    let openedAt = started;
    let first: { readonly bytes: number } | undefined;

    const take = (message: Buffer): Verdict => {
      const arrived = clock.now().monotonic;
      const bytes = message.length;
      const isList = listener.message(message, first === undefined ? started : arrived - lastList);
      if (!isList) return 'bad';
      if (first === undefined) {
        lastList = arrived - started;
        // The handler builds the list once the WebSocket is open; what came before is mostly our own work.
        const resized = measuredBytes !== undefined && hasMoved(measuredBytes, bytes);
        listener.event({ type: 'measured', listMs: lastList, costMs: arrived - openedAt, resized });
        measuredBytes = bytes;
      }
      first ??= { bytes };
      const wanted = options.period();
      const resized = Math.max(first.bytes, bytes) > MEASURED_BYTES && hasMoved(first.bytes, bytes);
      return wanted > MAX_STREAM_PERIOD_MS || hasMoved(period, wanted) || resized ? 'last list' : 'list';
    };
    const outcome = await connect(
      streamUrl(options.url, Math.min(period, MAX_STREAM_PERIOD_MS), stream),
      LIMITS[MESSAGE_LIMITS[stream]].most,
      patience(silenceLimit(options.silence, period), lastList, retry.silentStarts),
      {
        opened() {
          openedAt = clock.now().monotonic;
          listener.event({ type: 'opened' });
        },
        message: take,
      },
      clock,
      signal,
    );
    const { ending, detail } = outcome;
    if (ending === 'stopped') return;
    if (ending === 'resync') listener.event({ type: 'resync' });
    else if (ending !== 'done') listener.event({ type: 'failed', reason: ending, detail });
    const next = afterConnection(retry, outcome, random);
    retry = next.retry;
    const earliest = clock.now().monotonic + next.wait;
    for (;;) {
      // From here on, also while we wait, the stream is as fresh as its next period makes it.
      period = options.period();
      listener.event({ type: 'period', period });
      // A connect that was refused has cost the manager nothing: it waits no longer than the longest period of a stream.
      const spacing = outcome.opened ? period : Math.min(period, MAX_STREAM_PERIOD_MS);
      const left = Math.max(0, Math.max(earliest, started + spacing) - clock.now().monotonic);
      const again = spacing > MAX_STREAM_PERIOD_MS && left > REPLAN_MS;
      await sleep(clock, again ? REPLAN_MS : left, signal);
      if (!again || signal.aborted) break;
    }
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
