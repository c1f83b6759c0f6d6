/** How long a scrape over HTTP takes, for several variants, each served by a separate process. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { median } from './median.ts';

/** `unchanged`: ours, with nothing changed since the previous scrape. */
const VARIANTS = ['ours', 'unchanged', 'prom-client', 'concatenation', 'buffer'] as const;
type Variant = (typeof VARIANTS)[number];

const SOURCE = new URL('exposition.ts', import.meta.url).pathname;

function fetchAll(port: number, path: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}

export interface ScrapeResult {
  /** Median milliseconds of a scrape. */
  readonly ms: number;
  readonly bytes: number;
}

/** The variants take turns, so that a slowdown of the machine affects all of them. */
export async function measureScrapes(
  volumes: number,
  rounds: number,
): Promise<Record<Variant, ScrapeResult>> {
  const agent = new Agent({ keepAlive: true });
  const servers = await Promise.all(
    VARIANTS.map(async (variant) => {
      const child = spawn(process.execPath, ['--import', 'tsx', SOURCE, variant, String(volumes)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      return { variant, child, port: Number(line), times: [] as number[], bytes: 0 };
    }),
  );
  for (let round = -2; round < rounds; round++) {
    for (const server of servers) {
      if (server.variant !== 'unchanged') await fetchAll(server.port, '/change', agent);
      const started = performance.now();
      server.bytes = await fetchAll(server.port, '/metrics', agent);
      // The first rounds only warm up.
      if (round >= 0) server.times.push(performance.now() - started);
    }
  }
  for (const { child } of servers) child.kill();
  agent.destroy();
  const results = servers.map(({ variant, times, bytes }) => [variant, { ms: median(times), bytes }]);
  return Object.fromEntries(results) as Record<Variant, ScrapeResult>;
}
