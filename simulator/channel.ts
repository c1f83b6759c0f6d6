/** Go's channels, tickers and `select`, limited to what the manager's stream handlers need. */

import type { Random } from './random.ts';

/** A queue of empty signals. */
export interface Channel {
  /** Sends a signal to the longest-waiting receiver, or queues it; drops it if the queue is full. */
  offer(): void;
  /** From now on, receiving never waits. */
  close(): void;
  isReady(): boolean;
  /** Takes a queued signal. */
  take(): void;
  /** Calls the receiver for one signal, unless cancelled first. */
  wait(receiver: () => void): () => void;
}

export function createChannel(capacity: number): Channel {
  const receivers = new Set<() => void>();
  let queued = 0;
  let closed = false;

  const handOver = (receiver: () => void) => {
    receivers.delete(receiver);
    receiver();
  };
  return {
    offer() {
      const [first] = receivers;
      if (first !== undefined) handOver(first);
      else if (queued < capacity) queued += 1;
    },
    close() {
      closed = true;
      for (const receiver of [...receivers]) if (receivers.has(receiver)) handOver(receiver);
    },
    isReady: () => closed || queued > 0,
    take() {
      if (queued > 0) queued -= 1;
    },
    wait(receiver) {
      receivers.add(receiver);
      return () => receivers.delete(receiver);
    },
  };
}

/** Waits until a channel has a signal and takes it. If several are ready, chooses at random, like Go. */
export function select(channels: readonly Channel[], random: Random): Promise<Channel> {
  const ready = channels.filter((channel) => channel.isReady());
  const chosen = ready[Math.floor(random() * ready.length)];
  if (chosen !== undefined) {
    chosen.take();
    return Promise.resolve(chosen);
  }
  return new Promise((resolve) => {
    const cancels = channels.map((channel) =>
      channel.wait(() => {
        for (const cancel of cancels) cancel();
        resolve(channel);
      }),
    );
  });
}

/** A channel that gets a signal every `ms`; unread ticks are dropped, like Go's. */
export function startTicker(ms: number): { channel: Channel; stop: () => void } {
  const channel = createChannel(1);
  const timer = setInterval(channel.offer, ms);
  return { channel, stop: () => clearInterval(timer) };
}
