/** Every command in the documentation runs and shows what its page says, or its page says why no test runs it. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStage } from '../../docs/screenshots/stage.ts';
import type { Cluster } from '../../simulator/index.ts';
import { begin, healthyFleet } from '../alerts/rule-tests.ts';
import { TROUBLES, VOLUME } from '../alerts/troubles.ts';
import { drainExamples, examples } from '../debug/documented.ts';
import { closedPort } from '../stream/servers.ts';
import { until } from '../support/clock.ts';
import { hasKustomize } from '../support/kustomize.ts';
import { start } from '../support/process.ts';
import { hasTool } from '../support/promtool.ts';
import { startApi } from './api.ts';
import { commandsOf, PAGES, textOf } from './documented.ts';
import { contentOf, instanceManagerOn } from './objects.ts';
import { createShell } from './shell.ts';
import { SHOWN } from './shown.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** Commands that other tests run. */
const RUN_ELSEWHERE: ReadonlySet<string> = new Set([
  ...examples(),
  ...drainExamples(),
  // test/story/command.test.ts
  'npm run --silent story -- node-died.json',
]);

const commandsToRun = (page: string) =>
  commandsOf(page).filter(({ text, notRun }) => notRun === undefined && !RUN_ELSEWHERE.has(text));

/** A cluster with the trouble that the page, if it is a runbook, is about. */
async function clusterFor(page: string): Promise<Cluster> {
  const alert = /runbooks\/(\w+)\.md$/.exec(page)?.[1];
  const fleet = healthyFleet();
  SHOWN[page]?.before?.(fleet.cluster);
  const trouble = TROUBLES.find((each) => each.alert === alert);
  if (trouble !== undefined) await begin({ ...trouble, lead: 1 }, fleet);
  return fleet.cluster;
}

/** Replaces placeholders as a reader would, from the alert and the output of earlier commands. */
function fillIn(text: string, cluster: Cluster): string {
  const node = cluster.volumes.get(VOLUME)?.controllers[0]?.node || 'node-1';
  const values: Readonly<Record<string, string>> = {
    'pvc-x': VOLUME,
    '<pod>': 'longhorn-manager-x7k2p',
    '<instance-manager>': instanceManagerOn(node),
    '<backup>': cluster.backupsOf(VOLUME).find(({ state }) => state === 'Error')?.name ?? '',
    '<target>': 'default',
    '<engine_node>': node,
  };
  return text.replace(/pvc-x\b|<[\w-]+>/g, (name) => values[name] ?? assert.fail(`no value for ${name}`));
}

test('reason why a command is not run: tests that it names exist', () => {
  const marked = PAGES.flatMap(commandsOf).filter(({ notRun }) => notRun !== undefined);
  assert.ok(marked.length > 10);
  for (const { page, line, notRun = '' } of marked) {
    for (const [file] of notRun.matchAll(/test\/[\w/.-]*\w/g))
      assert.ok(existsSync(join(ROOT, file)), `${page}:${line}: ${file}`);
  }
});

test('marker "not run": has a command below it', () => {
  for (const page of PAGES) {
    const reasons = [...textOf(page).matchAll(/<!-- not run: (.+) -->/g)].map(([, reason]) => reason);
    const used = new Set(commandsOf(page).map(({ notRun }) => notRun));
    assert.deepEqual(
      reasons.filter((reason) => !used.has(reason)),
      [],
      page,
    );
  }
});

test('command in a code block: language sh, or after a prompt in a console', () => {
  for (const page of PAGES) {
    for (const [, language = '', text = ''] of textOf(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)) {
      if (language !== 'sh') assert.doesNotMatch(text, /^ *(kubectl|curl|promtool|npm|docker|helm) /m, page);
    }
  }
});

test('npm script that a page names: exists in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const page of PAGES)
    for (const [, script = ''] of textOf(page).matchAll(/`[^`\n]*npm run (?:--\w+ )?([\w:]+)/g))
      assert.ok(script in scripts, `${page}: npm run ${script}`);
});

test('page with commands: has an entry in SHOWN, and no other page has one', () => {
  assert.deepEqual(PAGES.filter((page) => commandsToRun(page).length > 0).sort(), Object.keys(SHOWN).sort());
});

test('commands in the documentation', async (t) => {
  if (!hasTool(t, 'kubectl', 'https://kubernetes.io/docs/tasks/tools') || !hasKustomize(t)) return;
  if (!hasTool(t, 'curl', 'Debian: apt install curl')) return;
  const stage = await startStage();
  t.after(() => stage.stop());
  // A real exporter that cannot reach its manager and has an invalid setting.
  const manager = `http://127.0.0.1:${await closedPort()}`;
  const misconfiguredExporter = start(t, { LONGHORN_URL: manager, SILENCE_LIMIT: 'nonsense' });
  await until(() => misconfiguredExporter.output.stdout.includes('ECONNREFUSED'), 30_000, 'cannot connect');
  let cluster = healthyFleet().cluster;
  let nodesWithoutExporter: readonly string[] = [];
  const api = await startApi(() =>
    contentOf(cluster, misconfiguredExporter.output.stdout, nodesWithoutExporter),
  );
  t.after(api.stop);
  const shell = createShell(t, api.url);

  for (const page of PAGES.filter((each) => commandsToRun(each).length > 0)) {
    await t.test(`${page}: commands succeed and show what it says`, async () => {
      cluster = await clusterFor(page);
      nodesWithoutExporter = SHOWN[page]?.nodesWithoutExporter ?? [];
      // The reader of a runbook has an exporter with a problem.
      const exporter = page.includes('/runbooks/') ? await misconfiguredExporter.url('') : stage.url;
      let shown = '';
      for (const { line, text } of commandsToRun(page)) {
        const { code, stdout, stderr } = await shell.run(fillIn(text, cluster), exporter);
        // kubectl reports an empty list on stderr.
        const errors = stderr.replace(/^No resources found.*\n/gm, '');
        assert.deepEqual({ code, errors }, { code: 0, errors: '' }, `${page}:${line}: ${text}\n${stdout}`);
        shown += stdout;
      }
      for (const pattern of SHOWN[page]?.shows ?? []) assert.match(shown, pattern);
    });
  }

  await t.test('folder that docs/install.md copies: renders without network access', async () => {
    const longhorn = readFileSync(join(ROOT, 'test/kustomize/fixtures/longhorn-1.12.yaml'));
    writeFileSync(join(shell.folder, 'kustomize/longhorn.yaml'), longhorn);
    const { code, stdout, stderr } = await shell.run('kubectl kustomize kustomize', stage.url);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.match(stdout, /name: metrics-exporter\n/);
    assert.match(stdout, /image: registry\.example\.com\/longhorn-exporter:/);
  });
});
