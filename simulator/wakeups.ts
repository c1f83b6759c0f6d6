/** The wake-ups of one manager: each stream has a queue of two, shared by all clients of the stream. */

import { type Channel, createChannel } from './channel.ts';
import type { Cluster } from './cluster.ts';
import { STREAMS, type Stream } from './model.ts';

const QUEUE_LENGTH = 2;

export interface Wakeups {
  /** Each wake-up goes to one waiting client only, and is dropped if two are already queued. */
  readonly queues: Readonly<Record<Stream, Channel>>;
  wake(stream: Stream): void;
  /** Removes all queued wake-ups. */
  drain(stream: Stream): void;
  stop(): void;
}

interface WakeupOptions {
  /** How often the informers wake every stream, even without changes. */
  readonly informerMs: number;
  /** Whether another, simulated client takes this stream's wake-ups. */
  isStolen(stream: Stream): boolean;
}

export function startWakeups(cluster: Cluster, { informerMs, isStolen }: WakeupOptions): Wakeups {
  const queues = {
    volumes: createChannel(QUEUE_LENGTH),
    backups: createChannel(QUEUE_LENGTH),
    nodes: createChannel(QUEUE_LENGTH),
    backuptargets: createChannel(QUEUE_LENGTH),
    recurringjobs: createChannel(QUEUE_LENGTH),
  };
  const wake = (stream: Stream) => {
    if (!isStolen(stream)) queues[stream].offer();
  };
  const unwatch = STREAMS.map((stream) => cluster[stream].watch(() => wake(stream)));
  const informers = setInterval(() => STREAMS.forEach(wake), informerMs);
  return {
    queues,
    wake,
    drain(stream) {
      while (queues[stream].isReady()) queues[stream].take();
    },
    stop() {
      clearInterval(informers);
      for (const stop of unwatch) stop();
    },
  };
}
