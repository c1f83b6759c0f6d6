/** Everything that a user applies to a cluster, against the real schemas, unknown fields included. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { CLUSTERS } from '../kustomize/clusters.ts';
import { withComponent } from '../kustomize/overlay.ts';
import { type Doc, documents, hasKustomize, kustomize } from '../support/kustomize.ts';
import { complaints } from './strict.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** Files for Prometheus itself, which promtool checks, and one for Helm, which has its own test. */
const NO_OBJECTS = [
  'longhorn-chart-values.yaml',
  'prometheus-scrape.yaml',
  'rules-federation.yaml',
  'rules-never-backed-up.yaml',
  'rules.yaml',
];

const read = (path: string): Doc[] => documents(readFileSync(ROOT + path, 'utf8'));

const manifests = (): string[] =>
  readdirSync(`${ROOT}manifests`).filter((name) => name.endsWith('.yaml') && !NO_OBJECTS.includes(name));

/** Names each object by where it comes from. */
const named = (from: string, docs: readonly Doc[]): [string, Doc][] =>
  docs.map((doc) => [`${from}: ${doc.kind} ${(doc.metadata as { name: string }).name}`, doc]);

async function assertValid(objects: readonly [string, Doc][]): Promise<void> {
  assert.ok(objects.length > 0, 'there is something to check');
  assert.deepEqual(await complaints(new Map(objects)), new Map());
}

describe('the real schemas accept', () => {
  test('every manifest', async () => {
    const files = manifests();
    for (const name of ['podmonitor.yaml', 'servicemonitor.yaml', 'networkpolicy.yaml'])
      assert.ok(files.includes(name), `${name} is there`);
    await assertValid([
      ...files.flatMap((name) => named(name, read(`manifests/${name}`))),
      ...named('standalone policy', read('kustomize/standalone/networkpolicy.yaml')),
      ...named('examples', read('docs/examples/argocd/argocd-cm.yaml')),
    ]);
  });

  test('the standalone variant', async (t) => {
    if (!hasKustomize(t)) return;
    await assertValid(named('standalone', kustomize(`${ROOT}kustomize/standalone`)));
  });

  test('every patched cluster', async (t) => {
    if (!hasKustomize(t)) return;
    await assertValid([...CLUSTERS].flatMap(([name, docs]) => named(name, withComponent(t, docs))));
  });
});

describe('the check finds', () => {
  const [podMonitor] = read('manifests/podmonitor.yaml');
  const [deployment] = read('kustomize/standalone/deployment.yaml');

  /** The object with one text replaced; that text must be there. */
  function spoilt(doc: Doc | undefined, from: string, to: string): Doc {
    const text = JSON.stringify(doc);
    assert.ok(text.includes(from), `${from} is there to be replaced`);
    return JSON.parse(text.replace(from, to)) as Doc;
  }

  const SPOILT: readonly [name: string, doc: Doc, complaint: RegExp][] = [
    [
      'a misspelt field',
      spoilt(podMonitor, '"honorLabels"', '"honorLabel"'),
      /^TS2353: .*'"honorLabel"' does not exist/,
    ],
    [
      'a field with a wrong capital, deep inside',
      spoilt(deployment, 'readOnlyRootFilesystem', 'readOnlyRootFileSystem'),
      /^TS2353: .*'"readOnlyRootFileSystem"' does not exist/,
    ],
    ['a text for a number', spoilt(deployment, '9265', '"9265"'), /containerPort must be integer/],
    [
      'a value that is not allowed',
      spoilt(podMonitor, '"replace"', '"replce"'),
      /action must be equal to one/,
    ],
    ['an invalid duration', spoilt(podMonitor, '"30s"', '"30 seconds"'), /interval must match pattern/],
    ['a missing field', spoilt(deployment, '"selector"', '"metadataa"'), /selector/],
    ['an unknown kind', { apiVersion: 'v1', kind: 'Pod' }, /^no schema for v1 Pod$/],
  ];

  test('each of these, by name', async () => {
    const found = await complaints(new Map(SPOILT.map(([name, doc]) => [name, doc])));
    for (const [name, , complaint] of SPOILT) {
      const texts = found.get(name) ?? [];
      assert.ok(
        texts.some((text) => complaint.test(text)),
        `${name}: ${texts.join('; ')}`,
      );
    }
  });
});
