/** The command line of the real process: its output and exit code, or that it serves. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import packageJson from '../../package.json' with { type: 'json' };
import { readCommandLine } from '../../src/config/command-line.ts';
import { readSettings } from '../../src/config/settings.ts';
import { start } from '../support/process.ts';

const SOURCE = new URL('../../src/main.ts', import.meta.url).pathname;
const NAMES = readSettings({}).effective.map(({ name }) => name);
const KNOWN = '--version, --help, --print-config';

/** Runs the process until it exits by itself. */
function runToExit(args: readonly string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', SOURCE, ...args], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(stderr, '');
  return { status, lines: stdout.trimEnd().split('\n') };
}

/** The rows of --print-config, by setting: [value, source]. */
const rowsOf = (lines: readonly string[]): Map<string, readonly string[]> =>
  new Map(lines.map((line) => line.split(/ {2,}/)).map(([name = '', ...row]) => [name, row]));

test('--version: the version in package.json', () =>
  assert.deepEqual(runToExit(['--version']), { status: 0, lines: [packageJson.version] }));

test('--help: usage, each argument and each setting', () => {
  const { status, lines } = runToExit(['--help'], { MIN_PERIOD: 'often' });
  assert.equal(status, 0);
  assert.equal(lines[0], 'Usage: longhorn-exporter [--version | --help | --print-config]');
  for (const name of [...KNOWN.split(', '), ...NAMES])
    assert.equal(lines.filter((line) => line.startsWith(`  ${name}  `)).length, 1, name);
  assert.doesNotMatch(lines.join('\n'), /`|\]\(/, 'no Markdown is left');
});

describe('--print-config', () => {
  test('nothing set: every default, exit code 0', () => {
    const { status, lines } = runToExit(['--print-config']);
    assert.equal(status, 0);
    const [head, ...rows] = [...rowsOf(lines)];
    assert.deepEqual(head, ['SETTING', ['VALUE', 'FROM']]);
    assert.deepEqual(
      rows.map(([name]) => name),
      NAMES,
    );
    for (const [name, [, from]] of rows) assert.equal(from, 'default', name);
    assert.deepEqual(rowsOf(lines).get('SNAPSHOT_SWEEP_INTERVAL'), ['5m', 'default']);
  });

  test('valid settings: their values without the password, exit code 0', () => {
    const { status, lines } = runToExit(['--print-config'], {
      LONGHORN_URL: 'http://admin:s3cret@manager:9500/?token=s3cret',
      LISTEN_ADDRESS: '[::1]:19265',
      NODE_NAME: 'node-1',
      MIN_PERIOD: ' 1500ms ',
      DEPRECATED_METRICS: 'false',
    });
    assert.equal(status, 0);
    const rows = rowsOf(lines);
    assert.deepEqual(rows.get('LONGHORN_URL'), ['http://hidden:hidden@manager:9500/', 'environment']);
    assert.deepEqual(rows.get('LISTEN_ADDRESS'), ['[::1]:19265', 'environment']);
    assert.deepEqual(rows.get('EXPORT'), ['owned', 'default']);
    assert.deepEqual(rows.get('MIN_PERIOD'), ['1s500ms', 'environment']);
    assert.deepEqual(rows.get('DEPRECATED_METRICS'), ['false', 'environment']);
    assert.doesNotMatch(lines.join('\n'), /s3cret|admin/);
  });

  test('invalid settings and an unknown argument: the defaults, every problem, exit code 1', () => {
    const { status, lines } = runToExit(['--secret=s3cret', '--print-config'], {
      LONGHORN_URL: 'ftp://admin:s3cret@manager',
      STALE_AFTER: '5',
    });
    assert.equal(status, 1);
    assert.deepEqual(rowsOf(lines).get('STALE_AFTER'), ['5m', 'default']);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('problem: ')),
      [
        `problem: argument 1 is not one of ${KNOWN}; ignored`,
        'problem: LONGHORN_URL is not an http or https URL; using the default',
        'problem: STALE_AFTER is not a duration such as 5s or 1m30s; using the default',
      ],
    );
    assert.doesNotMatch(lines.join('\n'), /s3cret|admin/);
  });
});

test('printed settings, read back: the same settings, no problems', () => {
  const environment = fc.record(
    {
      LONGHORN_URL: fc.constantFrom('http://manager:9500', 'https://[fd00::7]/x/', '?'),
      LISTEN_ADDRESS: fc.constantFrom(':1', '127.0.0.1:2', '[::1]:3', 'manager:4', '?'),
      NODE_NAME: fc.constantFrom('node-1', ''),
      MIN_PERIOD: fc.integer({ min: 100, max: 15_000 }).map((ms) => `${ms}ms`),
      STALE_AFTER: fc.integer({ min: 100, max: 86_400_000 }).map((ms) => `${ms}ms`),
      SNAPSHOT_SWEEP_INTERVAL: fc.constantFrom('0', '90s', '1d'),
      MANAGER_BUDGET: fc.constantFrom('0.001', '.5', '1'),
      DEPRECATED_METRICS: fc.constantFrom('true', 'false', 'yes'),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(environment, (variables) => {
      const { settings, effective } = readSettings(variables);
      const again = readSettings(Object.fromEntries(effective.map(({ name, value }) => [name, value])));
      assert.deepEqual([again.settings, again.problems], [settings, []]);
    }),
  );
});

for (const [args, command, problems] of [
  [[], undefined, 0],
  [['--help', '--version'], '--help', 0],
  [['-v'], undefined, 1],
  [['', '--print-config=1', 'serve'], undefined, 3],
  [['x', '--version', 'y'], '--version', 2],
] as const) {
  test(`${JSON.stringify(args)}: ${command ?? 'serves'}, ${problems} problems`, () => {
    const read = readCommandLine(args);
    assert.deepEqual([read.command?.argument, read.problems.length], [command, problems]);
  });
}

test('unknown arguments and an invalid setting: logged and counted, and the process serves', async (t) => {
  const run = start(t, { STALE_AFTER: '5' }, { args: ['--web.listen-address=:1', 's3cret'] });
  assert.equal(await run.get('/healthz'), 'ok\n');
  assert.equal(await run.metric('longhorn_exporter_config_errors'), 3);
  const warnings = run.lines().filter(({ level }) => level === 40);
  assert.deepEqual(
    warnings.map(({ msg }) => msg),
    [
      ...[1, 2].map((index) => `argument ${index} is not one of ${KNOWN}; ignored`),
      'STALE_AFTER is not a duration such as 5s or 1m30s; using the default',
    ],
  );
  await run.endsOn('SIGTERM');
});
