/** Keeps one stream subscribed for as long as we run, reconnecting by the rules of policy.ts. */

import { type Clock, sleep } from '../clock.ts';
import type { StreamName } from '../longhorn/streams.ts';
import { connect } from './connection.ts';
import { afterConnection, FRESH, patience, silenceLimit } from './policy.ts';
import type { ListCounts, StreamEvent } from './status.ts';

export interface SubscriptionOptions {
  /** The manager's base URL, http or https. */
  readonly url: URL;
  /** Least time between two messages, and between two connects, in milliseconds. */
  readonly period: number;
  /** SILENCE_LIMIT, in milliseconds. */
  readonly silence: number;
}

export interface SubscriptionListener {
  /** Takes a message in; undefined when it is not a whole list of this stream. */
  message(message: Buffer): ListCounts | undefined;
  event(event: StreamEvent): void;
}

export async function subscribe(
  stream: StreamName,
  options: SubscriptionOptions,
  listener: SubscriptionListener,
  clock: Clock,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const url = streamUrl(options.url, options.period, stream);
  const silence = silenceLimit(options.silence, options.period);
  let retry = FRESH;
  let lastList = 0;
  while (!signal.aborted) {
    const started = clock.now().monotonic;
    let heard = false;
    const outcome = await connect(
      url,
      patience(silence, lastList, retry.silentStarts),
      {
        opened: () => listener.event({ type: 'opened' }),
        message(message) {
          const arrived = clock.now().monotonic;
          const bytes = message.length;
          const counts = listener.message(message);
          if (counts === undefined) {
            listener.event({ type: 'bad_message', bytes });
            return false;
          }
          if (!heard) lastList = arrived - started;
          heard = true;
          listener.event({ type: 'list', bytes, listMs: lastList, ...counts });
          return true;
        },
      },
      clock,
      signal,
    );
    const { ending, detail } = outcome;
    if (ending === 'stopped') return;
    listener.event(ending === 'resync' ? { type: 'resync' } : { type: 'failed', reason: ending, detail });
    const next = afterConnection(retry, outcome, random);
    retry = next.retry;
    const tooEarly = started + options.period - clock.now().monotonic;
    await sleep(clock, Math.max(next.wait, tooEarly, 0), signal);
  }
}

/** `ws://host:9500/v1/ws/5s/volumes`; the period is a Go duration. */
export function streamUrl(base: URL, period: number, stream: StreamName): string {
  const url = new URL(base);
  url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/v1/ws/${goDuration(period)}/${stream}`;
  return url.href;
}

const goDuration = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);
