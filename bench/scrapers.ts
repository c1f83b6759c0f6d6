/** Kinds of scrapers: each scrapes repeatedly until the end; only the well-behaved ones are timed. */

import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Crowd {
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

export const newCrowd = (port: number, until: number): Crowd => ({
  port,
  until,
  latencies: [],
  refused: 0,
  failed: 0,
  slow: 0,
  aborted: 0,
});

type Scraper = (crowd: Crowd, everyMs: number) => Promise<void>;

/** The start is random, because the scrapes of one Prometheus are spread out too. */
async function repeatedly(crowd: Crowd, everyMs: number, scrape: () => Promise<void>): Promise<void> {
  await delay(Math.random() * everyMs);
  while (performance.now() < crowd.until) {
    const started = performance.now();
    await scrape();
    await delay(Math.max(0, started + everyMs - performance.now()));
  }
}

const requestMetrics = (port: number, agent: Agent | false): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/metrics', agent }, resolve).on('error', reject).end();
  });

async function timed(crowd: Crowd, agent: Agent | false): Promise<void> {
  const started = performance.now();
  try {
    const response = await requestMetrics(crowd.port, agent);
    for await (const _ of response);
    if (response.statusCode === 200) crowd.latencies.push(performance.now() - started);
    else crowd.refused++;
  } catch {
    crowd.failed++;
  }
}

/** A new connection for every scrape. */
export const plain: Scraper = (crowd, everyMs) => repeatedly(crowd, everyMs, () => timed(crowd, false));

/** One connection, like Prometheus. */
export const keepsAlive: Scraper = async (crowd, everyMs) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await repeatedly(crowd, everyMs, () => timed(crowd, agent));
  agent.destroy();
};

/** Reads a little at a time, for some seconds. */
export const readsSlowly: Scraper = (crowd, everyMs) =>
  repeatedly(crowd, everyMs, async () => {
    const socket = connect(crowd.port, '127.0.0.1').on('error', () => {});
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const end = Math.min(crowd.until, performance.now() + everyMs);
    while (performance.now() < end) {
      await delay(100);
      socket.read(16_384);
    }
    socket.destroy();
    crowd.slow++;
  });

/** Disconnects at the first bytes. */
export const aborts: Scraper = (crowd, everyMs) =>
  repeatedly(crowd, everyMs, async () => {
    const socket = connect(crowd.port, '127.0.0.1').on('error', () => {});
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    socket.destroy();
    crowd.aborted++;
  });
