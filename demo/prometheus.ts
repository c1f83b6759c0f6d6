/** Runs a real Prometheus with a configuration of ours, in a directory of its own that goes with it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Prometheus {
  readonly url: string;
  /** All that it has logged so far. */
  log(): string;
  /** Resolves when the process has ended, to why. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** The last error in its log, where Prometheus says why it ends; the log's form differs between 2 and 3. */
function lastError(log: string): string | undefined {
  const line = log.split('\n').findLast((text) => /level=error/i.test(text));
  return /\b(msg|err)=.*/.exec(line ?? '')?.[0];
}

/** Resolves when it answers; rejects when it ends before, with the code ENOENT when it is not installed. */
export async function startPrometheus(config: string, port = 0): Promise<Prometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'longhorn-exporter-prometheus-'));
  const file = join(directory, 'prometheus.yml');
  writeFileSync(file, config);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    // A process group of its own, so that Ctrl-C at the terminal reaches us alone and we end it in our order.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  // Also when we end without having stopped it, nothing of it stays.
  const abandon = () => {
    child.kill('SIGKILL');
    // It dies a moment later, and may write until then; nothing else can be awaited at an exit.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    try {
      remove();
    } catch {
      // What stays is a temporary directory.
    }
  };
  process.once('exit', abandon);
  let log = '';
  const ended = (async () => {
    try {
      const [code, signal] = await once(child, 'close');
      return lastError(log) ?? (signal === null ? `exit code ${code}` : `${signal}`);
    } finally {
      process.off('exit', abandon);
      remove();
    }
  })();

  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('Server is ready to receive web requests')) resolve();
    });
    ended.then((why) => reject(new Error(why)), reject);
  });
  const address = /msg="Listening on".* address=(\S+)/.exec(log)?.[1] ?? `127.0.0.1:${port}`;
  return {
    url: `http://${address}`,
    log: () => log,
    ended,
    async stop() {
      child.kill('SIGTERM');
      // What it would still flush to its disk nobody will read.
      const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
