/** The rule files are valid, what is generated from them is up to date, and every alert is documented. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { alertsPage } from '../../docs/alerts.ts';
import { generated, linked } from '../../manifests/generate.ts';
import { dashboardWithLinks, dockerfileWithLinks, rulesWithLinks } from '../../manifests/links.ts';
import { type Dashboard, isChart, type Link } from '../dashboard/dashboard.ts';
import { hasKustomize, kustomize } from '../support/kustomize.ts';
import { hasTool } from '../support/promtool.ts';
import { ALERTS, type Alert, RULE_FILES, runbookOf } from './rules.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, ROOT), 'utf8');
const HEADINGS = ['## Meaning', '## Impact', '## Diagnosis', '## Mitigation'];

test('promtool check rules: no problems', (t) => {
  if (!hasTool(t, 'promtool')) return;
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ...RULE_FILES], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
});

for (const [name, text] of Object.entries({ ...generated(), ...linked() })) {
  test(`manifests/${name} is up to date`, () => {
    assert.equal(read(`manifests/${name}`), text, 'run: npm run docs');
  });
}

for (const [rule, source] of [
  ['prometheusrule.yaml', 'rules.yaml'],
  ['prometheusrule-never-backed-up.yaml', 'rules-never-backed-up.yaml'],
] as const) {
  test(`${rule}: the same rules as ${source}`, () => {
    assert.deepEqual(parse(read(`manifests/${rule}`)).spec, parse(read(`manifests/${source}`)));
  });
}

test('every alert: has a severity, a short summary and a runbook', () => {
  for (const { alert, labels, annotations } of ALERTS) {
    assert.match(labels.severity, /^(critical|warning|info)$/, alert);
    const { runbook_url: _, ...texts } = annotations;
    assert.deepEqual(Object.keys(texts), ['summary', 'description'], alert);
    assert.match(annotations.summary, /^[^{}]{10,80}\.$/, alert);
    assert.ok(annotations.description.endsWith(` ${runbookOf(alert)}`), alert);
  }
});

for (const [address, url] of [
  ['', undefined],
  ['https://git.example.com/you/it', 'https://git.example.com/you/it/blob/main/docs/runbooks/'],
] as const) {
  test(`project ${address === '' ? 'without address: no link' : `at ${address}: alerts, dashboard and image link to it`}`, () => {
    const files = { ...generated(address), ...linked(address) };
    const alerts = ALERTS.map(({ alert }) => alert);
    for (const [rules, inRules] of [
      ['rules.yaml', 'groups'],
      ['prometheusrule.yaml', 'spec'],
    ] as const) {
      const object = parse(files[rules] ?? '');
      const { groups } = (inRules === 'spec' ? object.spec : object) as { groups: { rules: Alert[] }[] };
      for (const { alert, annotations } of groups.flatMap(({ rules }) => rules))
        assert.equal(annotations.runbook_url, url && `${url}${alert}.md`, alert);
    }
    const dashboard = JSON.parse(files['dashboard.json'] ?? '') as Dashboard & { links: Link[] };
    const links = dashboard.panels
      .filter(isChart)
      .flatMap((panel) => [...(panel.links ?? []), ...(panel.fieldConfig.defaults.links ?? [])]);
    for (const link of links) assert.equal(link.url, `${url}${link.title}.md`);
    assert.deepEqual([...new Set(links.map(({ title }) => title))].sort(), url ? alerts.sort() : []);
    assert.equal(dashboard.links.length, url ? 2 : 0);
    const label = /^LABEL org\.opencontainers\.image\.source="(.*)"$/m.exec(
      files['../Dockerfile'] ?? '',
    )?.[1];
    assert.equal(label, url && address);
  });
}

test('address added and removed again: files as before', () => {
  const address = 'https://git.example.com/you/it';
  const [rules, dockerfile] = ['manifests/rules.yaml', 'Dockerfile'].map(read);
  assert.equal(rulesWithLinks(rulesWithLinks(rules ?? '', address), ''), rules);
  assert.equal(dockerfileWithLinks(dockerfileWithLinks(dockerfile ?? '', address), ''), dockerfile);
  const dashboard = JSON.parse(read('manifests/dashboard.json'));
  assert.deepEqual(dashboardWithLinks(dashboardWithLinks(dashboard, address), ''), dashboard);
});

test('docs/runbooks: one page per alert, and no other page', () => {
  const pages = readdirSync(new URL('docs/runbooks', ROOT)).filter((name) => name !== 'README.md');
  assert.deepEqual(pages.sort(), ALERTS.map(({ alert }) => `${alert}.md`).sort());
});

for (const { alert, labels } of ALERTS) {
  test(`runbook of ${alert}: has every section`, () => {
    const page = read(`docs/runbooks/${alert}.md`);
    assert.equal(page.split('\n')[0], `# ${alert}`);
    assert.deepEqual(
      page.split('\n').filter((line) => line.startsWith('## ')),
      HEADINGS,
    );
    assert.match(page, new RegExp(`^Severity: ${labels.severity}\\.`, 'm'));
    assert.ok(page.includes('```'), 'there are commands');
  });
}

test('docs/alerts.md is up to date, and lists every alert', () => {
  const page = read('docs/alerts.md');
  assert.equal(page, alertsPage(), 'run: npm run docs');
  for (const { alert, labels } of ALERTS) {
    assert.ok(page.includes(`| [${alert}](runbooks/${alert}.md) | ${labels.severity} |`), alert);
  }
});

test('runbook patch for weekly backups: changes only the limit of the age', (t) => {
  if (!hasKustomize(t)) return;
  const [, patches] = /```yaml\n([\s\S]*?)```/.exec(read('docs/runbooks/LonghornBackupTooOld.md')) ?? [];
  const before = read('manifests/prometheusrule.yaml');
  const folder = mkdtempSync(join(tmpdir(), 'weekly-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'prometheusrule.yaml'), before);
  writeFileSync(join(folder, 'kustomization.yaml'), `resources: [prometheusrule.yaml]\n${patches}`);
  const [built] = kustomize(folder);
  const expected = before.replace('> 50 * 3600', '> 216 * 3600');
  assert.notEqual(expected, before);
  // A patch within YAML within YAML loses its last newline.
  const trimmed = (_: unknown, value: unknown): unknown =>
    typeof value === 'string' ? value.trimEnd() : value;
  assert.deepEqual(parse(JSON.stringify(built), trimmed), parse(expected, trimmed));
});
