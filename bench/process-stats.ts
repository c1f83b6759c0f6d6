/** Memory, timers and listeners of a process after garbage collection, reported by a module preloaded into it. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Counts, or megabytes if the name ends in Mb. */
export interface ProcessStats {
  readonly heapMb: number;
  /** Buffers, outside the heap. */
  readonly buffersMb: number;
  /** From process.getActiveResourcesInfo(). */
  readonly timers: number;
  readonly handles: number;
  /** On the process, its sockets and servers, and on abort signals. */
  readonly listeners: number;
  /** All functions on the heap: a leaked listener of any kind adds to them. */
  readonly functions: number;
  readonly warnings: number;
}

const code = `
import { getEventListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const signals = new Set();
const track = (signal) => (signals.add(new WeakRef(signal)), signal);
const any = AbortSignal.any;
AbortSignal.any = (all) => track(any.call(AbortSignal, all));
globalThis.AbortController = class extends AbortController { constructor() { super(); track(this.signal); } };
let warnings = 0;
process.on('warning', () => warnings++);
const listenersOf = (emitter) => emitter.eventNames?.().reduce((sum, name) => sum + emitter.listenerCount(name), 0) ?? 0;
process.on('message', async () => {
  // The memory of buffers is released shortly after they are collected.
  for (let i = 0; i < 3; i++) {
    gc();
    await setTimeout(50);
  }
  let listeners = [process, ...process._getActiveHandles()].reduce((sum, emitter) => sum + listenersOf(emitter), 0);
  for (const ref of signals) {
    const signal = ref.deref();
    if (signal === undefined) signals.delete(ref);
    else listeners += getEventListeners(signal, 'abort').length;
  }
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === 'Timeout').length;
  const { heapUsed, external } = process.memoryUsage();
  process.send({
    heapMb: heapUsed / 2 ** 20, buffersMb: external / 2 ** 20, timers, handles: resources.length - timers,
    listeners, functions: queryObjects(Function, { format: 'count' }), warnings,
  });
});
process.channel.unref();
`;

/** The flags of Node.js for such a process, which needs an IPC channel. */
export const STATS_FLAGS = ['--import', `data:text/javascript,${encodeURIComponent(code)}`];

export async function requestStats(child: ChildProcess): Promise<ProcessStats> {
  child.send('report');
  const [stats] = await once(child, 'message');
  return stats as ProcessStats;
}
