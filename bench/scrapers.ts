/** Kinds of scrapers. Each scrapes repeatedly until the measurement ends; only the well-behaved ones are timed. */

import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What to scrape and until when, and the results of all scrapers. */
export interface ScrapeStats {
  readonly port: number;
  /** Milliseconds of performance.now(). */
  readonly until: number;
  /** Milliseconds from the request to the last byte, for scrapers that read as fast as they can. */
  readonly latencies: number[];
  refused: number;
  failed: number;
  slow: number;
  aborted: number;
}

export const newStats = (port: number, until: number): ScrapeStats => ({
  port,
  until,
  latencies: [],
  refused: 0,
  failed: 0,
  slow: 0,
  aborted: 0,
});

type Scraper = (stats: ScrapeStats, everyMs: number) => Promise<void>;

/** The start is random, because the scrapes of one Prometheus are spread out too. */
async function repeatedly(stats: ScrapeStats, everyMs: number, scrape: () => Promise<void>): Promise<void> {
  await delay(Math.random() * everyMs);
  while (performance.now() < stats.until) {
    const started = performance.now();
    await scrape();
    await delay(Math.max(0, started + everyMs - performance.now()));
  }
}

const requestMetrics = (port: number, agent: Agent | false): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/metrics', agent }, resolve).on('error', reject).end();
  });

async function timed(stats: ScrapeStats, agent: Agent | false): Promise<void> {
  const started = performance.now();
  try {
    const response = await requestMetrics(stats.port, agent);
    for await (const _ of response);
    if (response.statusCode === 200) stats.latencies.push(performance.now() - started);
    else stats.refused++;
  } catch {
    stats.failed++;
  }
}

/** A new connection for every scrape. */
export const plain: Scraper = (stats, everyMs) => repeatedly(stats, everyMs, () => timed(stats, false));

/** One connection, like Prometheus. */
export const keepsAlive: Scraper = async (stats, everyMs) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await repeatedly(stats, everyMs, () => timed(stats, agent));
  agent.destroy();
};

/** Reads a little at a time, for some seconds. */
export const readsSlowly: Scraper = (stats, everyMs) =>
  repeatedly(stats, everyMs, async () => {
    const socket = connect(stats.port, '127.0.0.1').on('error', () => {});
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const end = Math.min(stats.until, performance.now() + everyMs);
    while (performance.now() < end) {
      await delay(100);
      socket.read(16_384);
    }
    socket.destroy();
    stats.slow++;
  });

/** Disconnects at the first bytes. */
export const aborts: Scraper = (stats, everyMs) =>
  repeatedly(stats, everyMs, async () => {
    const socket = connect(stats.port, '127.0.0.1').on('error', () => {});
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    socket.destroy();
    stats.aborted++;
  });
