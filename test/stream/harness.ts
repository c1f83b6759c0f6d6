/** One subscription on a manual clock, with a store that only records. */

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { perStream, type StreamName } from '../../src/longhorn/streams.ts';
import type { StreamEvent } from '../../src/stream/status.ts';
import { subscribe } from '../../src/stream/subscription.ts';
import { manualClock } from '../support/clock.ts';
import type { Peer } from './servers.ts';

export const SECOND = 1_000;
export const PERIOD = 5 * SECOND;
export const SILENCE = 60 * SECOND;

/** A message that starts with `list` is a list; any other is a bad message. */
export const LIST = 'list of volumes';
export const GARBAGE = 'garbage';

/** A random function that gives the longest backoff. */
export const ALMOST_ONE = () => 1 - Number.EPSILON;

export type Recorded<T extends StreamEvent['type'] = StreamEvent['type']> = Extract<
  StreamEvent,
  { type: T }
> & { readonly at: number };

interface Options {
  readonly stream?: StreamName;
  readonly period?: number;
  readonly silence?: number;
  readonly random?: () => number;
  readonly url?: string;
  /** Whether it is stopped before it starts. */
  readonly stopped?: boolean;
}

/** Gives data in flight between the sockets of this process time to arrive. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

/** Subscribes at this port of 127.0.0.1 and records every event with its time. */
export function start(t: TestContext, port: number, options: Options = {}) {
  const { stream = 'volumes', silence = SILENCE, random = () => 0 } = options;
  const planned = { period: options.period ?? PERIOD };
  const clock = manualClock({ monotonic: 0, wall: 1_790_000_000_000 });
  const stopping = new AbortController();
  if (options.stopped === true) stopping.abort();
  const events: Recorded[] = [];
  const messages: Buffer[] = [];
  const requestedAt: number[] = [];
  const waiters = new Set<() => void>();

  function record(event: StreamEvent): void {
    events.push({ ...event, at: clock.now().monotonic });
    for (const check of waiters) check();
  }
  const store = {
    message(_: StreamName, message: Buffer, requested: number): boolean {
      messages.push(message);
      requestedAt.push(requested);
      const bytes = message.length;
      const isList = message.toString('latin1', 0, 4) === LIST.slice(0, 4);
      record(
        isList ? { type: 'list', bytes, bad: 0, skipped: 0, folded: true } : { type: 'bad_message', bytes },
      );
      return isList;
    },
    streamEvent: (_: StreamName, event: StreamEvent) => record(event),
    plan: () => ({
      periods: perStream(() => planned.period),
      sweep: undefined,
      jobs: undefined,
      refresh: undefined,
    }),
  };
  const url = new URL(options.url ?? `http://127.0.0.1:${port}`);
  const ended = subscribe(stream, { url, silence }, store, clock, random, stopping.signal);
  t.after(async () => {
    stopping.abort();
    await ended;
  });

  const eventsOf = <T extends StreamEvent['type']>(type: T) =>
    events.filter((event) => event.type === type) as Recorded<T>[];
  const happened = (type: StreamEvent['type'], count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        waiters.delete(check);
        reject(new Error(`${type} did not happen ${count} times`));
      }, 5_000);
      const check = () => {
        if (eventsOf(type).length < count) return;
        waiters.delete(check);
        clearTimeout(timeout);
        resolve();
      };
      waiters.add(check);
      check();
    });
  const run = {
    clock,
    stopping,
    ended,
    /** The planned period; a test may change it. */
    planned,
    events,
    messages,
    requestedAt,
    eventsOf,
    /** Resolves after that many events of the type. */
    happened,
    /** Resolves after one more. */
    next: (type: StreamEvent['type']) => happened(type, eventsOf(type).length + 1),
    listeners: () => getEventListeners(stopping.signal, 'abort').length,
    reasons: () => eventsOf('failed').map(({ reason }) => reason),
    /** Advances the clock by the wait before the next connect, which must be the only timer; returns its length. */
    async waitOut(): Promise<number> {
      await settle();
      const [wait = Number.NaN, ...others] = clock.timers;
      assert.deepEqual(others, [], 'the wait is the only timer');
      clock.advance(wait);
      return wait;
    },
    /** Asserts that the connection ends after exactly `ms`. */
    async endsAfter(ms: number): Promise<void> {
      const endings = () => eventsOf('failed').length + eventsOf('resync').length;
      const before = endings();
      clock.advance(ms - 1);
      await turn();
      assert.equal(endings(), before, `ended before ${ms} ms`);
      clock.advance(1);
      await turn();
      assert.equal(endings(), before + 1, `did not end at ${ms} ms`);
    },
    /** Stops the subscription and asserts that it leaves no timer, listener or connection. */
    async stops(server?: { open(): number; closed(): Promise<void> }): Promise<void> {
      stopping.abort();
      await ended;
      assert.deepEqual(clock.timers, []);
      assert.equal(run.listeners(), 0);
      await server?.closed();
    },
  };
  return run;
}

export type Run = ReturnType<typeof start>;

/** Sends a list and waits until it has been processed. */
export async function sendList(run: Run, { ws }: Peer, text = LIST): Promise<void> {
  const processed = run.next('list');
  ws.send(text);
  await processed;
}

/** Sends a ping and waits for its pong, so that the client has certainly received it. */
export async function ping({ ws }: Peer): Promise<void> {
  const pong = once(ws, 'pong');
  ws.ping();
  await pong;
}
