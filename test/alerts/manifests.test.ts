/** The rule files are sound, what is generated from them is current, and every alert is explained. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { alertsPage } from '../../docs/alerts.ts';
import { generated } from '../../manifests/generate.ts';
import { hasTool } from '../support/promtool.ts';
import { ALERTS, RULE_FILES } from './rules.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, ROOT), 'utf8');
const RUNBOOKS = 'https://github.com/longhorn-exporter/longhorn-exporter/blob/main/docs/runbooks/';
const HEADINGS = ['## Meaning', '## Impact', '## Diagnosis', '## Mitigation'];

test('promtool finds nothing wrong with the rules', (t) => {
  if (!hasTool(t, 'promtool')) return;
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ...RULE_FILES], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
});

for (const [name, text] of Object.entries(generated())) {
  test(`manifests/${name} is up to date`, () => {
    assert.equal(read(`manifests/${name}`), text, 'run: npm run docs');
  });
}

for (const [rule, source] of [
  ['prometheusrule.yaml', 'rules.yaml'],
  ['prometheusrule-never-backed-up.yaml', 'rules-never-backed-up.yaml'],
] as const) {
  test(`${rule} holds the very rules of ${source}`, () => {
    assert.deepEqual(parse(read(`manifests/${rule}`)).spec, parse(read(`manifests/${source}`)));
  });
}

test('every alert says how bad it is, what it is in a few words, and where to read on', () => {
  for (const { alert, labels, annotations } of ALERTS) {
    assert.match(labels.severity, /^(critical|warning|info)$/, alert);
    assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook_url'], alert);
    assert.match(annotations.summary, /^[^{}]{10,80}\.$/, alert);
    assert.equal(annotations.runbook_url, `${RUNBOOKS}${alert}.md`);
  }
});

test('each alert has its page, and each page its alert', () => {
  const pages = readdirSync(new URL('docs/runbooks', ROOT)).filter((name) => name !== 'README.md');
  assert.deepEqual(pages.sort(), ALERTS.map(({ alert }) => `${alert}.md`).sort());
});

for (const { alert, labels } of ALERTS) {
  test(`the page on ${alert} says what an operator needs`, () => {
    const page = read(`docs/runbooks/${alert}.md`);
    assert.equal(page.split('\n')[0], `# ${alert}`);
    assert.deepEqual(
      page.split('\n').filter((line) => line.startsWith('## ')),
      HEADINGS,
    );
    assert.match(page, new RegExp(`^Severity: ${labels.severity}\\.`, 'm'));
    assert.ok(page.includes('```'), 'commands');
    for (const [, link = ''] of page.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (link.startsWith('https:')) continue;
      assert.ok(existsSync(new URL(link, new URL('docs/runbooks/', ROOT))), `${alert} links to ${link}`);
    }
  });
}

test('docs/alerts.md is up to date, and lists every alert', () => {
  const page = read('docs/alerts.md');
  assert.equal(page, alertsPage(), 'run: npm run docs');
  for (const { alert, labels } of ALERTS) {
    assert.ok(page.includes(`| [${alert}](runbooks/${alert}.md) | ${labels.severity} |`), alert);
  }
});

test('the patch for weekly backups changes that one number', (t) => {
  if (!hasTool(t, 'kubectl', 'https://kubernetes.io/docs/tasks/tools')) return;
  const [, patches] = /```yaml\n([\s\S]*?)```/.exec(read('docs/runbooks/LonghornBackupTooOld.md')) ?? [];
  const before = read('manifests/prometheusrule.yaml');
  const folder = mkdtempSync(join(tmpdir(), 'weekly-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'prometheusrule.yaml'), before);
  writeFileSync(join(folder, 'kustomization.yaml'), `resources: [prometheusrule.yaml]\n${patches}`);
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const expected = before.replace('> 50 * 3600', '> 216 * 3600');
  assert.notEqual(expected, before);
  // A patch within YAML within YAML loses its last newline.
  const trimmed = (_: unknown, value: unknown): unknown =>
    typeof value === 'string' ? value.trimEnd() : value;
  assert.deepEqual(parse(stdout, trimmed), parse(expected, trimmed));
});
