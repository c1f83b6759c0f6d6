/** Checks an exposition with Prometheus' own tool. */

import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** The one finding that we accept: operators asked for the name, and the same value is also served in seconds. */
const ACCEPTED = 'longhorn_backup_last_latency_ms metric names should not contain abbreviated units';

/** Each tool is looked for once. */
const found = new Map<string, boolean>();

/**
 * Whether a tool is there; where it is not the test is skipped with a word, but in CI it fails.
 * `hint`: how to install it.
 */
export function hasTool(t: TestContext, tool: string, hint = 'Debian: apt install prometheus'): boolean {
  const isFound = found.get(tool) ?? spawnSync(tool, ['--version']).error === undefined;
  found.set(tool, isFound);
  if (isFound) return true;
  const missing = `${tool} is not installed (${hint})`;
  if (process.env.CI === 'true') throw new Error(missing);
  t.skip(missing);
  return false;
}

/** What `promtool check metrics` finds, without the accepted finding. */
export function findings(exposition: string): string[] {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: exposition,
    encoding: 'utf8',
  });
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && line !== ACCEPTED);
  // 3 is its status for findings; any other status but 0 means that it could not read the text.
  return status === 0 || status === 3 ? lines : [`status ${status}`, ...lines];
}
