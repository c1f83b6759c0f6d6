/** The exporter as a separate process: environment in, log lines and HTTP out, signals. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { until } from './clock.ts';

const SOURCE = new URL('../../src/main.ts', import.meta.url).pathname;

export type Line = Readonly<Record<string, unknown>> & { readonly level: number; readonly msg: string };

/** Starts the process with only this environment, on a free port by default; `before` comes before Node's own arguments. */
export function start(
  t: TestContext,
  environment: Record<string, string>,
  { before = [], args = [] }: { before?: string[]; args?: string[] } = {},
) {
  const env = {
    PATH: process.env.PATH ?? '',
    LISTEN_ADDRESS: '127.0.0.1:0',
    // On a busy machine lists seem expensive; other tests cover the budget.
    MANAGER_BUDGET: '1',
    ...environment,
  };
  const child = spawn(process.execPath, [...before, '--import', 'tsx', SOURCE, ...args], {
    env,
    stdio: 'pipe',
  });
  t.after(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close');
  const run = {
    child,
    output,
    /** The log so far; every line must be JSON. */
    lines: () => (output.stdout.match(/.+\n/g) ?? []).map((line) => JSON.parse(line) as Line),
    count: (msg: string) => run.lines().filter((line) => line.msg === msg).length,
    async url(path: string) {
      await until(() => run.count('serving') > 0, 30_000, `the exporter serves; stderr: ${output.stderr}`);
      return `http://127.0.0.1:${run.lines().find(({ msg }) => msg === 'serving')?.port}${path}`;
    },
    async get(path: string) {
      return (await fetch(await run.url(path))).text();
    },
    /** The sum of the family's samples that carry all of these labels. */
    async metric(name: string, ...labels: string[]) {
      const samples = (await run.get('/metrics')).split('\n').filter((line) => {
        return line.startsWith(`${name} `) || line.startsWith(`${name}{`);
      });
      assert.ok(samples.length > 0, `${name} is not served`);
      const matching = samples.filter((line) => labels.every((label) => line.includes(label)));
      return matching.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    /** Sends the signal; fails unless the process ends by itself, with code 0, within a second. */
    async endsOn(signal: NodeJS.Signals) {
      const sent = performance.now();
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
      const [code, killedBy] = await ended;
      clearTimeout(timer);
      const ms = Math.round(performance.now() - sent);
      assert.deepEqual(
        { code, killedBy, inTime: ms < 1_000 },
        { code: 0, killedBy: null, inTime: true },
        `${ms} ms`,
      );
    },
  };
  return run;
}

export type Run = ReturnType<typeof start>;
