/** `npm run bench`: speed, memory and CPU, most of them compared with a baseline from the same run. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { measureFold } from './fold.ts';
import { median } from './median.ts';
import { BUILD, imageEnvironment, imageFlags, measureMemory, memoryOf } from './memory.ts';
import { ENCODED, measureScrapes, RENDERED } from './scrape.ts';

const row = (what: string, figure: string, baseline: string, bound: string): void => {
  process.stdout.write(`| ${what} | ${figure} | ${baseline} | ${bound} |\n`);
};
const times = (ratio: number): string => `${ratio.toFixed(1)} times`;
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const mb = (value: number): string => `${Math.round(value)} MB`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Milliseconds from the start of the process to the end of its first scrape, and its memory after three seconds. */
async function measureIdle(): Promise<{ first: number; rss: number }> {
  const port = await freePort();
  const started = performance.now();
  const env = {
    ...imageEnvironment(),
    PATH: process.env.PATH ?? '',
    LISTEN_ADDRESS: `127.0.0.1:${port}`,
    LOG_LEVEL: 'silent',
  };
  const child = spawn(process.execPath, [...imageFlags(), BUILD], { env, stdio: 'inherit' });
  for (;;) {
    const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
    if (text !== '') break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const first = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const { rss } = memoryOf(child.pid);
  child.kill('SIGKILL');
  return { first, rss };
}

process.stdout.write('| What | Ours | Baseline | Bound |\n|---|---|---|---|\n');
for (const [volumes, messages] of [
  [1_000, 101],
  [5_000, 41],
] as const) {
  const { ours, baseline, megabytes } = measureFold(volumes, messages);
  row(
    `Fold a list of ${volumes} volumes (${megabytes.toFixed(0)} MB), 1 % changed`,
    ms(ours),
    `JSON.parse and the same fold: ${ms(baseline)}, ${times(baseline / ours)} as long`,
    'at least 10 times',
  );
}
for (const [volumes, rounds] of [
  [1_000, 15],
  [10_000, 5],
] as const) {
  const result = await measureScrapes(RENDERED, volumes, rounds);
  const { ours, buffer, concatenation } = result;
  row(
    `Scrape ${volumes} volumes with every series (${(ours.bytes / 1e6).toFixed(0)} MB), all changed`,
    ms(ours.ms),
    `prom-client: ${times(result['prom-client'].ms / ours.ms)} as long; concatenation: ${times(concatenation.ms / ours.ms)}; a ready buffer takes 1/${(ours.ms / buffer.ms).toFixed(1)}`,
    'prom-client at least 5 times',
  );
  row(
    `The same, nothing changed since the last scrape`,
    ms(result.unchanged.ms),
    `a ready buffer takes 1/${(result.unchanged.ms / buffer.ms).toFixed(1)}`,
    'aim: 1/3',
  );
}
for (const [volumes, rounds] of [
  [1_000, 15],
  [10_000, 5],
] as const) {
  const { ours: plain, gzip, gzipSync } = await measureScrapes(ENCODED, volumes, rounds);
  const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  const what = `Scrape ${volumes} volumes with gzip`;
  row(
    `${what}: bytes`,
    `${(gzip.bytes / 1e6).toFixed(2)} MB`,
    `plain text: ${(plain.bytes / 1e6).toFixed(1)} MB, ours is ${percent(gzip.bytes, plain.bytes)} of it`,
    'at most 10 %',
  );
  row(
    `${what}: CPU, rendering included`,
    ms(gzip.cpuMs),
    `plain text: ${ms(plain.cpuMs)}, ours is ${times(gzip.cpuMs / plain.cpuMs)} that`,
    'at most 2 times',
  );
  row(
    `${what}: longest event loop delay`,
    ms(gzip.delayMs),
    `plain text: ${ms(plain.delayMs)}, ours is ${times(gzip.delayMs / plain.delayMs)} that; compressed on the event loop: ${ms(gzipSync.delayMs)}`,
    'at most 1.2 times',
  );
}
for (const [volumes, bound] of [
  [1_000, 140],
  [5_000, 320],
] as const) {
  const { half, peak } = await measureMemory(volumes, false);
  const wsAlone = await measureMemory(volumes, true);
  row(
    `Peak memory over 200 lists of ${volumes} volumes`,
    `${mb(peak)}, ${mb(half)} after 100`,
    `ws alone, discarding: ${mb(wsAlone.peak)}`,
    `${bound} MB, flat`,
  );
}
const idle = [await measureIdle(), await measureIdle(), await measureIdle()];
row('Idle: first scrape after the start', ms(median(idle.map(({ first }) => first))), '', '500 ms');
row('Idle: memory', mb(median(idle.map(({ rss }) => rss))), '', '65 MB');
process.exit(0);
