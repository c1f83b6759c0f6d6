/** Runs a real Prometheus with a given configuration, in a temporary directory. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Prometheus {
  readonly url: string;
  /** Its log so far. */
  log(): string;
  /** Resolves to the reason when the process has ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** The last error in its log, which says why Prometheus ended; the log format differs between versions 2 and 3. */
function lastError(log: string): string | undefined {
  const line = log.split('\n').findLast((text) => /level=error/i.test(text));
  return /\b(msg|err)=.*/.exec(line ?? '')?.[0];
}

const LISTENING = /msg="Listening on".* address=(\S+)\s/;

/** Resolves when it is ready; rejects if it ends before, with the code ENOENT if it is not installed. */
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
    // In its own process group, so that Ctrl-C in the terminal reaches only this process, which then stops it in order.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  // Cleans up if this process ends without stopping Prometheus.
  const killOnExit = () => {
    child.kill('SIGKILL');
    // It may write until it is dead, a moment later; an exit handler cannot wait in any other way.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    try {
      remove();
    } catch {
      // Only a temporary directory is left behind.
    }
  };
  process.once('exit', killOnExit);
  let log = '';
  const ended = (async () => {
    try {
      const [code, signal] = await once(child, 'close');
      return lastError(log) ?? (signal === null ? `exit code ${code}` : `${signal}`);
    } finally {
      process.off('exit', killOnExit);
      remove();
    }
  })();

  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      // The two lines come in any order.
      const [, address] = LISTENING.exec(log) ?? [];
      if (address !== undefined && log.includes('Server is ready to receive web requests')) resolve(address);
    });
    ended.then((reason) => reject(new Error(reason)), reject);
  });
  return {
    url: `http://${address}`,
    log: () => log,
    ended,
    async stop() {
      child.kill('SIGTERM');
      // Its data is removed anyway, so it need not be flushed to disk.
      const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
