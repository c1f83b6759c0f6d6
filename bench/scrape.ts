/** How long a scrape takes through HTTP, served in six ways by processes of their own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { median } from './median.ts';

/** `unchanged`: ours, with nothing changed since the scrape before; `gzip`: ours, compressed. */
const WAYS = ['ours', 'gzip', 'unchanged', 'prom-client', 'concatenation', 'buffer'] as const;
type Way = (typeof WAYS)[number];

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

interface Usage {
  /** CPU milliseconds of the serving process. */
  readonly cpuMs: number;
  /** The longest that its event loop was late, in milliseconds. */
  readonly lateMs: number;
}

export interface ScrapeResult {
  /** Median milliseconds of a scrape. */
  readonly ms: number;
  readonly bytes: number;
  /** Medians over the scrapes. */
  readonly cpuMs: number;
  readonly lateMs: number;
}

/** The ways take turns, so that a machine that slows down slows all of them. */
export async function measureScrapes(volumes: number, rounds: number): Promise<Record<Way, ScrapeResult>> {
  const agent = new Agent({ keepAlive: true });
  const servers = await Promise.all(
    WAYS.map(async (way) => {
      const child = spawn(process.execPath, ['--import', 'tsx', SOURCE, way, String(volumes)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      return { way, child, port: Number(line), times: [] as number[], usages: [] as Usage[], bytes: 0 };
    }),
  );
  for (let round = -2; round < rounds; round++) {
    for (const server of servers) {
      if (server.way !== 'unchanged') await fetchAll(server.port, '/change', agent);
      await fetchAll(server.port, '/usage', agent);
      const started = performance.now();
      server.bytes = (await fetchAll(server.port, '/metrics', agent)).length;
      const took = performance.now() - started;
      const usage: Usage = JSON.parse(String(await fetchAll(server.port, '/usage', agent)));
      // The first rounds only warm up.
      if (round < 0) continue;
      server.times.push(took);
      server.usages.push(usage);
    }
  }
  for (const { child } of servers) child.kill();
  agent.destroy();
  const results = servers.map(({ way, times, usages, bytes }): [Way, ScrapeResult] => [
    way,
    {
      ms: median(times),
      bytes,
      cpuMs: median(usages.map(({ cpuMs }) => cpuMs)),
      lateMs: median(usages.map(({ lateMs }) => lateMs)),
    },
  ]);
  return Object.fromEntries(results) as Record<Way, ScrapeResult>;
}
