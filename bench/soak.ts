/**
 * `npm run soak -- [--messages 100000] [--seed 1]`: sends messages of a changing cluster at full speed to the production
 * build, and drops connections now and then. Exits with 1 if memory, file descriptors, timers or listeners grow.
 */

import { connect } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { live } from '../demo/life.ts';
import { createCluster, deleteBackup, seededRandom, setScheduled, startManager } from '../simulator/index.ts';
import { pick } from '../simulator/random.ts';
import { STREAMS } from '../src/longhorn/streams.ts';
import { startExporterProcess, sumOf } from './exporter-process.ts';
import { type ProcessStats, requestStats, STATS_FLAGS } from './process-stats.ts';
import { steppedTime } from './stepped-time.ts';

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const [total, seed] = [Number(values.messages), Number(values.seed)];

const [VOLUMES, BACKUPS] = [50, 150];
/** How many times connections are dropped, and the number of messages between two scrapes. */
const [DROPS, MESSAGES_PER_SCRAPE] = [25, 500];
/** How much larger a figure may be at the end than after a quarter: a share of it, plus an allowance for noise. */
const MAX_GROWTH: Readonly<Record<keyof Figures, readonly [share: number, noise: number]>> = {
  rssMb: [0.1, 10],
  heapMb: [0.1, 2],
  buffersMb: [0.1, 2],
  descriptors: [0, 2],
  timers: [0, 4],
  handles: [0, 2],
  listeners: [0, 10],
  functions: [0.01, 100],
  warnings: [0, 0],
};

interface Figures extends ProcessStats {
  readonly rssMb: number;
  readonly descriptors: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const random = seededRandom(seed);
const time = steppedTime(Date.now());
const cluster = createCluster({ volumes: VOLUMES, backups: BACKUPS, seed, now: time.now });
live(cluster, { random: seededRandom(seed), say: () => {}, setTimer: time.setTimer });
const manager = await startManager({ cluster, node: 'node-1', periodScale: 0 });
const exporter = await startExporterProcess(
  {
    LONGHORN_URL: manager.url,
    EXPORT: 'all',
    MIN_PERIOD: '1s',
    MANAGER_BUDGET: '1',
    SNAPSHOT_SWEEP_INTERVAL: '5s',
  },
  { flags: STATS_FLAGS, channel: true },
);
const sent = (): number => STREAMS.reduce((sum, stream) => sum + manager.stats.messages[stream], 0);
const isConnected = (): boolean => STREAMS.every((stream) => manager.stats.connections[stream] === 1);

/** Performs one change, and deletes surplus backups. */
function changeCluster(): void {
  time.step();
  const volume = pick(cluster.volumes.list(), random);
  if (volume !== undefined) setScheduled(cluster, volume.name, volume.scheduled === 'False');
  const finished = cluster.backups.list().filter(({ state }) => state === 'Completed' || state === 'Error');
  for (const { name } of finished.slice(0, Math.max(0, finished.length - BACKUPS)))
    deleteBackup(cluster, name);
}

/** Scrapes, then aborts a second scrape. */
async function scrape(): Promise<void> {
  await exporter.scrape();
  const socket = connect(exporter.port, '127.0.0.1').on('error', () => {});
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.once('data', () => socket.destroy());
}

async function figures(): Promise<Figures> {
  // Wait until the exporter has processed what was sent and closing connections are closed.
  await delay(2_000);
  const stats = await requestStats(exporter.child);
  return { ...stats, rssMb: exporter.memory().rss, descriptors: exporter.descriptors() };
}

const started = performance.now();
const table: { readonly at: string; readonly figures: Figures }[] = [];
let [drops, scrapes] = [0, 0];
async function soakUntil(messages: number, at: string): Promise<void> {
  while (sent() < messages) {
    const before = sent();
    changeCluster();
    // The handler needs some turns of the event loop to build and send; one that lost its client sends nothing.
    for (let turns = 0; sent() === before && turns < 100; turns++) await nextTurn();
    if (sent() === before) await delay(1);
    if (sent() >= ((drops + 1) * total) / DROPS) {
      drops++;
      if (drops % 2 === 0) manager.faults.drop();
      else manager.faults.drop(pick(STREAMS, random));
      while (!isConnected()) await delay(5);
    }
    if (sent() >= (scrapes + 1) * MESSAGES_PER_SCRAPE) {
      scrapes++;
      await scrape();
    }
    if (exporter.ended() !== undefined) throw new Error(`the exporter ended: ${exporter.ended()}`);
  }
  table.push({ at, figures: await figures() });
}

await soakUntil(total / 50, 'start');
for (const [share, at] of [
  [0.25, 'quarter'],
  [0.5, 'half'],
  [0.75, 'three quarters'],
  [1, 'end'],
] as const) {
  await soakUntil(total * share, at);
}
const minutes = (performance.now() - started) / 60_000;
const exposition = await exporter.scrape();

say(`| | ${table.map(({ at }) => at).join(' | ')} | at most |\n|---|${'---:|'.repeat(table.length + 1)}`);
let failures = 0;
for (const [figure, [share, noise]] of Object.entries(MAX_GROWTH) as [
  keyof Figures,
  readonly [number, number],
][]) {
  const row = table.map(({ figures }) => figures[figure]);
  const limit = (row[1] ?? 0) * (1 + share) + noise;
  const isFlat = (row.at(-1) ?? Number.NaN) <= limit;
  if (!isFlat) failures++;
  const shown = [...row, limit].map((value) => (Number.isInteger(value) ? value : value.toFixed(1)));
  say(`| ${figure} | ${shown.join(' | ')} |${isFlat ? '' : ' GROWS'}`);
}
const received = sumOf(exposition, 'longhorn_exporter_stream_messages_total');
say(
  `\n${received} messages processed, ${sumOf(exposition, 'longhorn_exporter_stream_received_bytes_total') / 1e9} GB, in ${minutes.toFixed(1)} min: ${Math.round(received / minutes / 60)} per second.`,
);
say(
  `Connections dropped: ${drops} times; connects: ${sumOf(exposition, 'longhorn_exporter_stream_connects_total')}; scrapes: ${scrapes}, and as many aborted.`,
);
say(
  `Peak memory: ${Math.round(exporter.memory().peak)} MB. Internal errors: ${sumOf(exposition, 'longhorn_exporter_internal_errors_total')}.`,
);
// A message that was in flight when its connection was dropped counts as sent, but is never processed.
if (received < total * 0.99 || sumOf(exposition, 'longhorn_exporter_internal_errors_total') > 0) failures++;
exporter.kill();
process.exit(failures === 0 ? 0 : 1);
