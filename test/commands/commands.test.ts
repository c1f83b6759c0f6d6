/** Every command in the documentation runs and shows what its page says, or its page says why no test runs it. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStage } from '../../docs/screenshots/stage.ts';
import type { Cluster } from '../../simulator/index.ts';
import { begin, wellFleet } from '../alerts/story.ts';
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

const toRun = (page: string) =>
  commandsOf(page).filter(({ text, notRun }) => notRun === undefined && !RUN_ELSEWHERE.has(text));

/** A cluster with the trouble that the runbook is about. */
async function clusterFor(page: string): Promise<Cluster> {
  const alert = /runbooks\/(\w+)\.md$/.exec(page)?.[1];
  const fleet = wellFleet();
  SHOWN[page]?.before?.(fleet.cluster);
  const trouble = TROUBLES.find((each) => each.alert === alert);
  if (trouble !== undefined) await begin({ ...trouble, lead: 1 }, fleet);
  return fleet.cluster;
}

/** Fills in placeholders as a reader would, from the alert and the output of earlier commands. */
function filledIn(text: string, cluster: Cluster): string {
  const node = cluster.volumes.get(VOLUME)?.controllers[0]?.node || 'node-1';
  const places: Readonly<Record<string, string>> = {
    'pvc-x': VOLUME,
    '<pod>': 'longhorn-manager-x7k2p',
    '<instance-manager>': instanceManagerOn(node),
    '<backup>': cluster.backupsOf(VOLUME).find(({ state }) => state === 'Error')?.name ?? '',
    '<target>': 'default',
    '<engine_node>': node,
  };
  return text.replace(/pvc-x\b|<[\w-]+>/g, (place) => places[place] ?? assert.fail(`what is ${place}?`));
}

test('reason why a command is not run: names existing tests', () => {
  const marked = PAGES.flatMap(commandsOf).filter(({ notRun }) => notRun !== undefined);
  assert.ok(marked.length > 10);
  for (const { page, line, notRun = '' } of marked) {
    for (const [file] of notRun.matchAll(/test\/[\w/.-]*\w/g))
      assert.ok(existsSync(join(ROOT, file)), `${page}:${line}: ${file}`);
  }
});

test('marker that a command is not run: has a command below it', () => {
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

test('command in a block: language sh, or after the prompt in a console', () => {
  for (const page of PAGES) {
    for (const [, language = '', text = ''] of textOf(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)) {
      if (language !== 'sh') assert.doesNotMatch(text, /^ *(kubectl|curl|promtool|npm|docker|helm) /m, page);
    }
  }
});

test('npm script that a page names: in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const page of PAGES)
    for (const [, script = ''] of textOf(page).matchAll(/`[^`\n]*npm run (?:--\w+ )?([\w:]+)/g))
      assert.ok(script in scripts, `${page}: npm run ${script}`);
});

test('page with commands: has its expected output in SHOWN', () => {
  assert.deepEqual(PAGES.filter((page) => toRun(page).length > 0).sort(), Object.keys(SHOWN).sort());
});

test('commands of', async (t) => {
  if (!hasTool(t, 'kubectl', 'https://kubernetes.io/docs/tasks/tools') || !hasKustomize(t)) return;
  if (!hasTool(t, 'curl', 'Debian: apt install curl')) return;
  const stage = await startStage();
  t.after(() => stage.stop());
  // A real exporter with problems to report.
  const manager = `http://127.0.0.1:${await closedPort()}`;
  const complaining = start(t, { LONGHORN_URL: manager, SILENCE_LIMIT: 'nonsense' });
  await until(() => complaining.output.stdout.includes('ECONNREFUSED'), 30_000, 'cannot connect');
  let cluster = wellFleet().cluster;
  let bare: readonly string[] = [];
  const api = await startApi(() => contentOf(cluster, complaining.output.stdout, bare));
  t.after(api.stop);
  const shell = createShell(t, api.url);

  for (const page of PAGES.filter((each) => toRun(each).length > 0)) {
    await t.test(page, async () => {
      cluster = await clusterFor(page);
      bare = SHOWN[page]?.bare ?? [];
      // The reader of a runbook has an exporter with problems.
      const exporter = page.includes('/runbooks/') ? await complaining.url('') : stage.url;
      let shown = '';
      for (const { line, text } of toRun(page)) {
        const { code, stdout, stderr } = await shell.run(filledIn(text, cluster), exporter);
        // An empty list is no error.
        const complaint = stderr.replace(/^No resources found.*\n/gm, '');
        assert.deepEqual(
          { code, complaint },
          { code: 0, complaint: '' },
          `${page}:${line}: ${text}\n${stdout}`,
        );
        shown += stdout;
      }
      for (const words of SHOWN[page]?.shows ?? []) assert.match(shown, words);
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
