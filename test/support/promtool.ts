/** Checks an exposition with Prometheus' own tool, and whether a tool is installed. */

import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** The only accepted finding: users requested this name, and the same value is also served in seconds. */
const ACCEPTED = 'longhorn_backup_last_latency_ms metric names should not contain abbreviated units';

/** Whether each tool is installed, looked up once. */
const installed = new Map<string, boolean>();

/**
 * Whether a tool is installed; if not, the test is skipped with a message, but in CI it fails.
 * `hint` says how to install it.
 */
export function hasTool(t: TestContext, tool: string, hint = 'Debian: apt install prometheus'): boolean {
  const isFound = installed.get(tool) ?? spawnSync(tool, ['--version']).error === undefined;
  installed.set(tool, isFound);
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
  // Status 3 means findings; any other status except 0 means that promtool could not read the text.
  return status === 0 || status === 3 ? lines : [`status ${status}`, ...lines];
}
