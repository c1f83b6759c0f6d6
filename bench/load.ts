/**
 * `npm run load -- [--volumes 1000]`: scrape times with a hundred concurrent scrapers, well-behaved, slow and aborting
 * ones, while messages arrive. Compare the ratios: absolute times depend on the machine and its other load.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type WebSocket, WebSocketServer } from 'ws';
import { createCluster } from '../simulator/index.ts';
import { createWire, listText } from '../simulator/wire.ts';
import { STREAMS } from '../src/longhorn/streams.ts';
import { type ExporterProcess, startExporterProcess, sumOf } from './exporter-process.ts';
import { changingLists } from './lists.ts';
import { aborts, keepsAlive, newStats, plain, readsSlowly, type ScrapeStats } from './scrapers.ts';

const { values } = parseArgs({
  options: { volumes: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '20' } },
});
const [volumes, seconds] = [Number(values.volumes), Number(values.seconds)];
const PERIOD_MS = 5_000;

/** A hundred scrapers: how many of each kind, and how often each scrapes. Together less than 100 requests per second. */
const LOAD = [
  { scraper: plain, count: 40, everyMs: 1_000 },
  { scraper: keepsAlive, count: 30, everyMs: 1_000 },
  { scraper: readsSlowly, count: 20, everyMs: 5_000 },
  { scraper: aborts, count: 10, everyMs: 1_000 },
] as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const wire = createWire(createCluster({ volumes, nodes: 10, backups: volumes * 3 }), 'http://10.42.0.1:9500');
const next = changingLists(listText(wire.list('volumes', '5s')));
const server = createServer();
let latest: WebSocket | undefined;
new WebSocketServer({ server }).on('connection', (socket, { url = '' }) => {
  const stream = STREAMS.find((name) => url.endsWith(`/${name}`));
  if (stream === undefined) return socket.terminate();
  if (stream === 'volumes') latest = socket;
  socket.send(stream === 'volumes' ? next() : listText(wire.list(stream, '5s')));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

/** Sends changing lists; resolves to the milliseconds that each took from sending to folding. */
async function sendMessages(everyMs: number, until: number): Promise<number[]> {
  const took: number[] = [];
  while (performance.now() < until) {
    const started = performance.now();
    if (latest?.readyState !== latest?.OPEN || latest === undefined) {
      await delay(10);
      continue;
    }
    latest.send(next());
    latest.ping();
    // The pong arrives after the exporter has processed the message before it.
    await once(latest, 'pong');
    took.push(performance.now() - started);
    await delay(Math.max(0, started + everyMs - performance.now()));
  }
  return took;
}

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;

interface Row {
  readonly latencies: readonly number[];
  readonly folds: readonly number[];
  readonly lagP99Ms: number;
  readonly stats: ScrapeStats;
}

async function measure(exporter: ExporterProcess, underLoad: boolean, messagesEveryMs: number): Promise<Row> {
  // A scrape resets the event loop lag.
  await exporter.scrape();
  const until = performance.now() + seconds * 1_000;
  const stats = newStats(exporter.port, until);
  let lagP99Ms = 0;
  const lags = async () => {
    while (performance.now() < until) {
      await delay(1_000);
      lagP99Ms = Math.max(
        lagP99Ms,
        1_000 * sumOf(await exporter.scrape(), 'nodejs_eventloop_lag_p99_seconds'),
      );
    }
  };
  const scrapers = underLoad
    ? LOAD.flatMap(({ scraper, count, everyMs }) =>
        Array.from({ length: count }, () => scraper(stats, everyMs)),
      )
    : [keepsAlive(stats, 200)];
  const [folds] = await Promise.all([sendMessages(messagesEveryMs, until), lags(), ...scrapers]);
  return { latencies: stats.latencies, folds, lagP99Ms, stats };
}

const exporter = await startExporterProcess({
  LONGHORN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  EXPORT: 'all',
  MANAGER_BUDGET: '1',
  SNAPSHOT_SWEEP_INTERVAL: '0',
});
while (sumOf(await exporter.scrape(), 'longhorn_up') !== 1) await delay(100);
const bytes = (await exporter.scrape()).length;
say(`${volumes} volumes, an exposition of ${(bytes / 1e6).toFixed(1)} MB; ${seconds} s per row\n`);
say(
  '| Scrapers | Messages | Scrapes | p50 | p99 | Compared with one scraper | Time to fold a message, p99 | Event loop lag, p99 | Refused | Peak memory |',
);
say('|---|---|---:|---:|---:|---|---:|---:|---:|---:|');
let failures = 0;
for (const [pace, everyMs] of [
  ['every 5 s', PERIOD_MS],
  ['at full speed', 0],
] as const) {
  let single: Row | undefined;
  for (const underLoad of [false, true]) {
    const row = await measure(exporter, underLoad, everyMs);
    single ??= row;
    const [p50, p99] = [quantile(row.latencies, 0.5), quantile(row.latencies, 0.99)];
    const ratio = (q: number, value: number) => (value / quantile(single?.latencies ?? [], q)).toFixed(1);
    const comparison = underLoad ? `${ratio(0.5, p50)} times, ${ratio(0.99, p99)} times` : '';
    const fold = quantile(row.folds, 0.99);
    const { refused, failed, slow, aborted } = row.stats;
    const scrapers = underLoad ? `a hundred (${slow} slow scrapes, ${aborted} aborted)` : 'one';
    say(
      `| ${scrapers} | ${pace}: ${row.folds.length} | ${row.latencies.length} | ${p50.toFixed(1)} ms | ${p99.toFixed(1)} ms | ${comparison} | ${fold.toFixed(0)} ms | ${row.lagP99Ms.toFixed(0)} ms | ${refused} | ${Math.round(exporter.memory().peak)} MB |`,
    );
    const isBad = refused > 0 || failed > 0 || !(fold < PERIOD_MS);
    if (isBad)
      say(`FAILED: ${refused} refused, ${failed} failed, a message is folded after ${fold.toFixed(0)} ms`);
    if (isBad) failures++;
  }
}
const exposition = await exporter.scrape();
const limits = exposition
  .split('\n')
  .filter((line) => /^longhorn_exporter_limits_exceeded_total.* [1-9]/.test(line));
const internalErrors = sumOf(exposition, 'longhorn_exporter_internal_errors_total');
if (internalErrors > 0 || exporter.ended() !== undefined) failures++;
say(
  `\nLimits exceeded: ${limits.length === 0 ? 'none' : limits.join(', ')}. Internal errors: ${internalErrors}.`,
);
exporter.kill();
process.exit(failures === 0 ? 0 : 1);
