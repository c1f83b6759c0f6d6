/** What a scrape costs through HTTP, served in several ways by processes of their own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { median } from './median.ts';

/** `unchanged`: ours, with nothing changed since the scrape before. */
export const RENDERED = ['ours', 'unchanged', 'prom-client', 'concatenation', 'buffer'] as const;

/** `gzipSync`: the same compression, on the event loop. */
export const ENCODED = ['ours', 'gzip', 'gzipSync'] as const;

const SOURCE = new URL('exposition.ts', import.meta.url).pathname;

function fetchAll(port: number, path: string, agent: Agent): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    }).on('error', reject);
  });
}

export interface ScrapeResult {
  /** Median milliseconds of a scrape. */
  readonly ms: number;
  readonly bytes: number;
  /** Median milliseconds of the server's CPU, all of its threads. */
  readonly cpuMs: number;
  /** Median of the longest time that the server's event loop stood still. */
  readonly delayMs: number;
}

/** What the server has spent since it was asked last. */
export interface Cost {
  readonly cpuMs: number;
  readonly delayMs: number;
}

/** The ways take turns, so that a machine that slows down slows all of them. */
export async function measureScrapes<Way extends string>(
  ways: readonly Way[],
  volumes: number,
  rounds: number,
): Promise<Record<Way, ScrapeResult>> {
  const agent = new Agent({ keepAlive: true });
  const servers = await Promise.all(
    ways.map(async (way) => {
      const child = spawn(process.execPath, ['--import', 'tsx', SOURCE, way, String(volumes)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      return { way, child, port: Number(line), times: [] as number[], costs: [] as Cost[], bytes: 0 };
    }),
  );
  for (let round = -2; round < rounds; round++) {
    for (const server of servers) {
      if (server.way !== 'unchanged') await fetchAll(server.port, '/change', agent);
      // What it has cost so far is not the scrape's.
      await fetchAll(server.port, '/cost', agent);
      const started = performance.now();
      server.bytes = (await fetchAll(server.port, '/metrics', agent)).length;
      const took = performance.now() - started;
      const cost: Cost = JSON.parse(String(await fetchAll(server.port, '/cost', agent)));
      // The first rounds only warm up.
      if (round < 0) continue;
      server.times.push(took);
      server.costs.push(cost);
    }
  }
  for (const { child } of servers) child.kill();
  agent.destroy();
  const results = servers.map(({ way, times, costs, bytes }) => {
    const cpuMs = median(costs.map((cost) => cost.cpuMs));
    const delayMs = median(costs.map((cost) => cost.delayMs));
    return [way, { ms: median(times), bytes, cpuMs, delayMs }];
  });
  return Object.fromEntries(results) as Record<Way, ScrapeResult>;
}
