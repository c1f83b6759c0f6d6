/** Asks Prometheus' own tool what it thinks of an exposition. */

import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** The one finding that we accept: operators asked for the name, and the same is served in seconds. */
const ACCEPTED = 'longhorn_backup_last_latency_ms metric names should not contain abbreviated units';

/** Whether a tool is there; where it is not the test is skipped with a word, but in CI it fails. */
export function hasTool(t: TestContext, tool: string): boolean {
  const found = spawnSync(tool, ['--version']).error === undefined;
  if (found) return true;
  if (process.env.CI === 'true') throw new Error(`${tool} is not installed`);
  t.skip(`${tool} is not installed (Debian: apt install prometheus)`);
  return false;
}

/** What `promtool check metrics` finds, without what is accepted. */
export function findings(exposition: string): string[] {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: exposition,
    encoding: 'utf8',
  });
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && line !== ACCEPTED);
  // 3 is its status for findings; anything else but 0 means that it could not read the text.
  return status === 0 || status === 3 ? lines : [`status ${status}`, ...lines];
}
