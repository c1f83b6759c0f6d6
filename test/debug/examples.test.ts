/** Every example in docs/debugging.md and docs/drain.md works unchanged, on a cluster that gives it something to show. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { rebuilding, stuckBackup, unreachable } from '../../docs/screenshots/scenes.ts';
import { type Stage, startStage } from '../../docs/screenshots/stage.ts';
import { startRestore } from '../../simulator/index.ts';
import { hasTool } from '../support/promtool.ts';
import { drainExamples, examples } from './documented.ts';

const TOOLS = { jq: 'Debian: apt install jq', curl: 'Debian: apt install curl' };
const hasTools = (t: TestContext): boolean =>
  Object.entries(TOOLS).every(([tool, hint]) => hasTool(t, tool, hint));

/** The output of each example in docs/debugging.md, in order; dots match what differs between runs. */
const EXPECTED_OUTPUTS: readonly RegExp[] = [
  /^pvc-0002\t\w+\tdegraded\t.*\npvc-0004\t\w+\tdegraded, rebuild stuck\t2026-11-2.*\n(.*\n)*pvc-0011\t\w+\tdegraded, no rebuild, replica unschedulable\t.*\npvc-0009\t\w+\tlast backup failed\tnot seen to begin\npvc-0005\t\w+\tbackup stuck\tnot seen to begin\n$/,
  /"stream": "volumes",\n {2}"condition": "connect",\n/,
  /^.*Z\tnodes\tconnect\tconnect ECONNREFUSED 127\.0\.0\.1:\d+$/m,
  /^pvc-0004\tnode-2\trebuilding\t0\.42$/m,
  /^2026-11-22T\S+\tpvc-0010\tdefault\n/,
  /^\{"volume":"pvc-0005","target":"default","started":"\S+Z","progress":0\.37\}\n$/,
  /^(.*\n)*\S+\trebuild_ended\tpvc-0007-r-\w+\tfailed\t\n(.*\n)*\S+\trebuild_started\tpvc-0007-r-\w+\t\t[\d.]+\n/,
  /^\{"time":"\S+","type":"backup_failed",.*"volume":"pvc-0009"\}\n/,
  /^\{"volume":"pvc-0002","operation":"restore","since":"\S+Z","progress":0\}\n$/,
  /^(node-\d\tunknown\tnot known: the last list of volumes is too old\n){3}$/,
  /^(\{"owner":"node-\d","volumes":\d+\}\n){3}$/,
  /^$/,
];

let stage: Stage;
const cwd = mkdtempSync(join(tmpdir(), 'longhorn-exporter-'));
before(async () => {
  stage = await startStage();
  await rebuilding(stage);
  startRestore(stage.cluster, 'pvc-0002', 's3://backups@eu/?backup=b1&volume=pvc-0002');
  await stuckBackup(stage);
});
after(async () => {
  rmSync(cwd, { recursive: true });
  await stage.stop();
});

/** What a command prints. */
async function run(example: string): Promise<string> {
  const command = example.replace('localhost:9265', new URL(stage.url).host);
  assert.notEqual(command, example, 'the example does not query the exporter');
  const options = { cwd, timeout: 20_000 };
  const { stdout, stderr } = await promisify(execFile)('bash', ['-o', 'pipefail', '-c', command], options);
  assert.equal(stderr, '');
  return stdout;
}

test('docs/drain.md: both examples print the expected output', async (t) => {
  if (!hasTools(t)) return;
  const [effects = '', safe = '', ...others] = drainExamples();
  assert.match(
    await run(effects),
    /^stops 4 workloads\n(.*\n)*pvc-0004\tshop\tdata-app-0004-0\tstops, rebuild_from, degrades\n/,
  );
  assert.equal(await run(safe), 'true\n');
  assert.deepEqual(others, []);
});

describe('docs/debugging.md, cluster no longer reachable', () => {
  before(() => unreachable(stage));

  test('examples: each has one expected output', () => {
    assert.equal(examples().length, EXPECTED_OUTPUTS.length);
  });

  for (const [index, example] of examples().entries()) {
    test(`${example}: prints the expected output`, async (t) => {
      if (!hasTools(t)) return;
      assert.match(await run(example), EXPECTED_OUTPUTS[index] ?? /never/);
    });
  }
});
