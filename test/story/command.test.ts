/** The command as a user runs it: its output and exit status. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasTool } from '../support/promtool.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'story-test-'));
after(() => rmSync(FOLDER, { recursive: true }));

const write = (name: string, text: string): string => {
  const file = join(FOLDER, name);
  writeFileSync(file, text);
  return file;
};

interface Result {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (command: string, args: readonly string[], env = process.env): Promise<Result> =>
  new Promise((resolve) => {
    execFile(command, [...args], { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
const MAIN = ['--import', 'tsx', 'story/main.ts'];
const story = (...args: string[]): Promise<Result> => run(process.execPath, [...MAIN, ...args]);

const volumes = (at: string, robustness: string) => ({
  at,
  stream: 'volumes',
  data: [{ like: 'pvc-aa01', name: 'db', robustness }],
});
const DEGRADED = {
  until: '40m',
  messages: [volumes('0s', 'healthy'), volumes('10m', 'degraded'), volumes('30m', 'healthy')],
};
const degraded = (name: string, parts: object = {}): string =>
  write(name, JSON.stringify({ ...DEGRADED, ...parts }));

/** One group with the default interval and one with its own, which uses a recording rule of the first. */
const GROUPS = `
- name: first
  rules:
    - record: volume:degraded
      expr: max by (volume) (longhorn_volume_degraded)
    - alert: Degraded
      expr: volume:degraded == 1
      for: 5m
      labels: {severity: page}
- name: second
  interval: 6m
  rules:
    - alert: Slowly
      expr: volume:degraded == 1
`;
const RULES = write('rules.yaml', `groups:${GROUPS}`);
const MANIFEST = write(
  'manifest.yaml',
  `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  groups:${GROUPS.replaceAll('\n', '\n    ')}`,
);

const LABELS = { severity: 'page', volume: 'db' };
const degradedAlert = (state: string) => ({ alert: 'Degraded', state, labels: LABELS });
const SLOWLY = { alert: 'Slowly', state: 'firing', labels: { volume: 'db' } };

describe('npm run story', { concurrency: 2 }, () => {
  for (const [what, rules] of [
    ['a rules file', RULES],
    ['a PrometheusRule', MANIFEST],
  ] as const)
    test(`--at, with ${what}: the alerts at each time, by the intervals of their groups`, async (t) => {
      if (!hasTool(t, 'promtool')) return;
      const file = degraded(`at-${what}.json`);
      const { code, stdout, stderr } = await story(file, '--at', '630s,15m,0d29m,1h,0', '--rules', rules);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.deepEqual(JSON.parse(stdout), {
        '630s': [degradedAlert('pending')],
        '15m': [degradedAlert('firing'), SLOWLY],
        '0d29m': [degradedAlert('firing'), SLOWLY],
        '1h': [],
        0: [],
      });
    });

  test('--metrics-at: the series of a scrape at that time, even between two scrapes', async () => {
    const file = degraded('metrics.json');
    const [before, since] = await Promise.all([
      story(file, '--metrics-at', '599s'),
      story(file, '--metrics-at=600s'),
    ]);
    assert.match(before.stdout, /^longhorn_volume_degraded\{volume="db",namespace="shop"\} 0$/m);
    assert.match(since.stdout, /^longhorn_volume_degraded\{volume="db",namespace="shop"\} 1$/m);
    assert.deepEqual([before.code, before.stderr, since.code, since.stderr], [0, '', 0, '']);
  });

  test('no option: when each alert was pending, firing and resolved, and which expectations hold', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const expect = [{ at: '20m', firing: ['Degraded'], quiet: ['*'] }];
    const file = degraded('table.json', { about: 'A replica fails.', expect });
    const { code, stdout, stderr } = await story(file, '--rules', RULES);
    assert.deepEqual({ code, stderr }, { code: 1, stderr: '' });
    assert.equal(
      stdout,
      `A replica fails.

PENDING  FIRING  RESOLVED  ALERT
10m      15m     30m       Degraded{severity="page", volume="db"}
-        12m     30m       Slowly{volume="db"}

ok     20m  firing Degraded
FAILS  20m  quiet *: firing Degraded{severity="page", volume="db"}, firing Slowly{volume="db"}
`,
    );
  });

  test('default rules, story without messages: no alert', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const file = write('nothing.json', '{"until":"1h","expect":[{"at":"1h","quiet":["*"]}]}');
    const { code, stdout } = await story(file);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'No alert.\n\nok  1h  quiet *\n' });
  });

  const INVALID_USES: readonly (readonly [what: string, args: readonly string[], error: RegExp])[] = [
    ['no file', [], /^story: one story is needed \(usage: npm run .*\)\.\n$/],
    ['two files', ['a', 'b'], /^story: one story is needed/],
    ['a missing file', ['none.json'], /^story: none\.json cannot be read: ENOENT.*\.\n$/],
    ['a file that is not a story', [write('a.json', '{}')], /^story: .*a\.json: until is missing\.\n$/],
    ['a file that is not JSON', [write('b.json', '{')], /^story: .*b\.json: it is not JSON: .*\.\n$/],
    ['an unknown option', [degraded('c.json'), '--on', '1h'], /^story: Unknown option '--on'.*\n$/],
    [
      'an invalid time',
      [degraded('d.json'), '--at', '1h,soon'],
      /^story: --at is "soon", which is not a dur.*\n$/,
    ],
    [
      'two outputs',
      [degraded('e.json'), '--at', '1h', '--metrics-at', '1h'],
      /^story: --at and --metrics-at .*\n$/,
    ],
    [
      'missing rules',
      [degraded('f.json'), '--rules', 'none.yaml'],
      /^story: the rules none\.yaml cannot be read: ENOENT.*\n$/,
    ],
    [
      'rules that are not YAML',
      [degraded('g.json'), '--rules', write('g.yaml', '{')],
      /^story: the rules .*g\.yaml cannot be read: .*\n$/,
    ],
    [
      'rules without groups',
      [degraded('h.json'), '--rules', write('h.yaml', 'a: 1')],
      /^story: the rules .*h\.yaml cannot be read: they have no list of groups with rules\.\n$/,
    ],
  ];
  for (const [what, args, error] of INVALID_USES)
    test(`${what}: exit status 2 and one sentence`, async () => {
      const { code, stdout, stderr } = await story(...args);
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
      assert.match(stderr, error);
    });

  test('rules that cannot be evaluated: exit status 2 and one sentence', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const rules = write('i.yaml', 'groups: [{name: a, rules: [{alert: A, expr: "up =="}]}]');
    const { code, stdout, stderr } = await story(degraded('i.json'), '--rules', rules);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /^story: the rules cannot be evaluated: .*could not parse expression.*\n$/);
  });

  test('no promtool: exit status 2 and one sentence', async () => {
    const args = [...MAIN, degraded('j.json')];
    const { code, stdout, stderr } = await run(process.execPath, args, { ...process.env, PATH: FOLDER });
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /^story: promtool, which evaluates the rules, is not installed .*\.\n$/);
  });

  test('the example of docs/stories.md: prints what the page shows', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const page = readFileSync(join(ROOT, 'docs/stories.md'), 'utf8');
    const [, json = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
    const [, shown = ''] =
      /```console\n\$ npm run --silent story -- node-died\.json\n(.*?)```/s.exec(page) ?? [];
    const args = ['run', '--silent', 'story', '--', write('node-died.json', json)];
    const { code, stdout } = await run('npm', args);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: shown });
  });
});
