/** What a process holds after a garbage collection, told by a module that is loaded into it before our own. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Counts; megabytes where it says so. */
export interface Innards {
  readonly heapMb: number;
  /** Buffers, outside of the heap. */
  readonly buffersMb: number;
  /** By what process.getActiveResourcesInfo() calls them. */
  readonly timers: number;
  readonly handles: number;
  /** On the process, its sockets and servers, and on signals to abort. */
  readonly listeners: number;
  /** All functions there are: a listener that is forgotten anywhere is one too many. */
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
const known = (signal) => (signals.add(new WeakRef(signal)), signal);
const any = AbortSignal.any;
AbortSignal.any = (all) => known(any.call(AbortSignal, all));
globalThis.AbortController = class extends AbortController { constructor() { super(); known(this.signal); } };
let warnings = 0;
process.on('warning', () => warnings++);
const listenersOf = (emitter) => emitter.eventNames?.().reduce((sum, name) => sum + emitter.listenerCount(name), 0) ?? 0;
process.on('message', async () => {
  // What buffers held is given back a little after the collection that found them.
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

/** The options of Node.js for such a process, which needs a channel to talk over. */
export const TELLING = ['--import', `data:text/javascript,${encodeURIComponent(code)}`];

export async function innardsOf(child: ChildProcess): Promise<Innards> {
  child.send('tell');
  const [innards] = await once(child, 'message');
  return innards as Innards;
}
