/** What a scrape over HTTP costs, for several variants, each served by a separate process. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { median } from './median.ts';

/** `unchanged`: ours, with nothing changed since the previous scrape. */
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
  /** Median CPU milliseconds of the server, over all threads. */
  readonly cpuMs: number;
  /** Median of the longest event loop delay of the server. */
  readonly delayMs: number;
}

/** The server's cost since the last time it was requested. */
export interface Cost {
  readonly cpuMs: number;
  readonly delayMs: number;
}

/** The variants take turns, so that a slowdown of the machine affects all of them. */
export async function measureScrapes<Variant extends string>(
  variants: readonly Variant[],
  volumes: number,
  rounds: number,
): Promise<Record<Variant, ScrapeResult>> {
  const agent = new Agent({ keepAlive: true });
  const servers = await Promise.all(
    variants.map(async (variant) => {
      const child = spawn(process.execPath, ['--import', 'tsx', SOURCE, variant, String(volumes)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      return { variant, child, port: Number(line), times: [] as number[], costs: [] as Cost[], bytes: 0 };
    }),
  );
  for (let round = -2; round < rounds; round++) {
    for (const server of servers) {
      if (server.variant !== 'unchanged') await fetchAll(server.port, '/change', agent);
      // Resets the cost, so that only the scrape counts.
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
  const results = servers.map(({ variant, times, costs, bytes }) => {
    const cpuMs = median(costs.map((cost) => cost.cpuMs));
    const delayMs = median(costs.map((cost) => cost.delayMs));
    return [variant, { ms: median(times), bytes, cpuMs, delayMs }];
  });
  return Object.fromEntries(results) as Record<Variant, ScrapeResult>;
}
