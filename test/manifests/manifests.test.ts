/** Everything that a user applies to a cluster is valid by the real schemas, and has no unknown fields. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { CLUSTERS } from '../kustomize/clusters.ts';
import { withComponent } from '../kustomize/overlay.ts';
import { type Doc, documents, hasKustomize, kustomize } from '../support/kustomize.ts';
import { complaints } from './strict.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** Files for Prometheus itself, which promtool checks, and one for Helm, which has its own test. */
const NOT_FOR_KUBERNETES = [
  'longhorn-chart-values.yaml',
  'prometheus-scrape.yaml',
  'rules-federation.yaml',
  'rules-never-backed-up.yaml',
  'rules.yaml',
];

const read = (path: string): Doc[] => documents(readFileSync(ROOT + path, 'utf8'));

const manifests = (): string[] =>
  readdirSync(`${ROOT}manifests`).filter(
    (name) => name.endsWith('.yaml') && !NOT_FOR_KUBERNETES.includes(name),
  );

/** Names each object by where it comes from. */
const named = (from: string, docs: readonly Doc[]): [string, Doc][] =>
  docs.map((doc) => [`${from}: ${doc.kind} ${(doc.metadata as { name: string }).name}`, doc]);

async function assertValid(objects: readonly [string, Doc][]): Promise<void> {
  assert.ok(objects.length > 0, 'there are objects to check');
  assert.deepEqual(await complaints(new Map(objects)), new Map());
}

describe('objects for Kubernetes', () => {
  test('every manifest: valid', async () => {
    const files = manifests();
    for (const name of ['podmonitor.yaml', 'servicemonitor.yaml', 'networkpolicy.yaml'])
      assert.ok(files.includes(name), `${name} is there`);
    await assertValid([
      ...files.flatMap((name) => named(name, read(`manifests/${name}`))),
      ...named('standalone policy', read('kustomize/standalone/networkpolicy.yaml')),
      ...named('examples', read('docs/examples/argocd/argocd-cm.yaml')),
    ]);
  });

  test('the standalone variant: valid', async (t) => {
    if (!hasKustomize(t)) return;
    await assertValid(named('standalone', kustomize(`${ROOT}kustomize/standalone`)));
  });

  test('every cluster with our component: valid', async (t) => {
    if (!hasKustomize(t)) return;
    await assertValid([...CLUSTERS].flatMap(([name, docs]) => named(name, withComponent(t, docs))));
  });
});

describe('the check itself', () => {
  const [podMonitor] = read('manifests/podmonitor.yaml');
  const [deployment] = read('kustomize/standalone/deployment.yaml');

  /** The object with one text replaced; throws if it does not contain the text. */
  function withError(doc: Doc | undefined, from: string, to: string): Doc {
    const text = JSON.stringify(doc);
    assert.ok(text.includes(from), `the object contains ${from}`);
    return JSON.parse(text.replace(from, to)) as Doc;
  }

  const INVALID: readonly [name: string, doc: Doc, complaint: RegExp][] = [
    [
      'a misspelled field',
      withError(podMonitor, '"honorLabels"', '"honorLabel"'),
      /^TS2353: .*'"honorLabel"' does not exist/,
    ],
    [
      'a field with a wrong capital, deep inside',
      withError(deployment, 'readOnlyRootFilesystem', 'readOnlyRootFileSystem'),
      /^TS2353: .*'"readOnlyRootFileSystem"' does not exist/,
    ],
    ['a text for a number', withError(deployment, '9265', '"9265"'), /containerPort must be integer/],
    [
      'a value that is not allowed',
      withError(podMonitor, '"replace"', '"replce"'),
      /action must be equal to one/,
    ],
    ['an invalid duration', withError(podMonitor, '"30s"', '"30 seconds"'), /interval must match pattern/],
    ['a missing field', withError(deployment, '"selector"', '"metadataa"'), /selector/],
    ['an unknown kind', { apiVersion: 'v1', kind: 'Pod' }, /^no schema for v1 Pod$/],
  ];

  test('invalid objects: each error is found, under the name of its object', async () => {
    const found = await complaints(new Map(INVALID.map(([name, doc]) => [name, doc])));
    for (const [name, , complaint] of INVALID) {
      const texts = found.get(name) ?? [];
      assert.ok(
        texts.some((text) => complaint.test(text)),
        `${name}: ${texts.join('; ')}`,
      );
    }
  });
});
