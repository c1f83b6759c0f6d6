/** Runs the production build as a separate process, for scrapes and for its use of resources. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { BUILD, memoryOf } from './memory.ts';

export interface ExporterProcess {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
  /** Why the process has ended; undefined while it runs. */
  ended(): string | undefined;
  /** Throws if the status of the response is not 200. */
  scrape(): Promise<string>;
  /** Megabytes. */
  memory(): { rss: number; peak: number };
  /** Open file descriptors. */
  descriptors(): number;
  kill(): void;
}

export interface ProcessOptions {
  /** The Node.js binary. */
  readonly node?: string;
  readonly build?: string;
  /** Command-line flags for Node.js. */
  readonly flags?: readonly string[];
  /** Whether to open an IPC channel. */
  readonly channel?: boolean;
  /** Called with every log line. */
  readonly log?: (line: string) => unknown;
}

/** Resolves when the exporter serves, on a free port. */
export async function startExporterProcess(
  environment: Readonly<Record<string, string>>,
  {
    node = process.execPath,
    build = BUILD,
    flags = [],
    channel = false,
    log = () => {},
  }: ProcessOptions = {},
): Promise<ExporterProcess> {
  const env = { PATH: process.env.PATH ?? '', LISTEN_ADDRESS: '127.0.0.1:0', ...environment };
  const child = spawn(node, [...flags, build], {
    env,
    stdio: ['ignore', 'pipe', 'inherit', channel ? 'ipc' : 'ignore'],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  let ended: string | undefined;
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout as Readable }).on('line', (line) => {
      log(line);
      const serving = /"port":(\d+),"msg":"serving"/.exec(line);
      if (serving !== null) resolve(Number(serving[1]));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      ended = signal ?? `exit code ${code}`;
      reject(new Error(`the exporter ended: ${ended}`));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    child,
    port,
    url,
    ended: () => ended,
    async scrape() {
      const response = await fetch(`${url}/metrics`);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`/metrics returned status ${response.status}: ${text}`);
      return text;
    },
    memory: () => memoryOf(child.pid),
    descriptors: () => readdirSync(`/proc/${child.pid}/fd`).length,
    kill: () => void end(),
  };
}

/** The sum of a family's samples that have all of these labels. */
export function sumOf(text: string, family: string, ...labels: string[]): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${family} `) && !line.startsWith(`${family}{`)) continue;
    if (labels.every((label) => line.includes(label))) sum += Number(line.slice(line.lastIndexOf(' ')));
  }
  return sum;
}
