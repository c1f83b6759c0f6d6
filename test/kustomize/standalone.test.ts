/** The standalone variant: one exporter with no more permissions than the sidecar, and valid settings. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSettings, settingsMarkdown } from '../../src/config/settings.ts';
import { type Doc, documents, kustomize, withKustomize } from '../support/kustomize.ts';
import type { Container } from './clusters.ts';
import { SIDECAR } from './expected.ts';

const STANDALONE = new URL('../../kustomize/standalone/', import.meta.url).pathname;

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly strategy: Doc;
    readonly template: {
      readonly metadata: { readonly labels: Doc };
      readonly spec: Doc & {
        readonly containers: readonly (Container & { readonly env: readonly Variable[] })[];
      };
    };
  };
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

const standalone = (): { deployment: Deployment; service: Doc } => {
  const docs = kustomize(STANDALONE);
  assert.deepEqual(docs.map(({ kind }) => kind).sort(), ['Deployment', 'Service']);
  const ofKind = (kind: string) => docs.find((doc) => doc.kind === kind) as unknown;
  return { deployment: ofKind('Deployment') as Deployment, service: ofKind('Service') as Doc };
};

test(
  'Deployment: never more than one pod, and no access to the Kubernetes API',
  withKustomize(() => {
    const { spec } = standalone().deployment;
    assert.equal(spec.replicas, 1);
    assert.deepEqual(spec.strategy, { type: 'Recreate' });
    assert.equal(spec.template.spec.automountServiceAccountToken, false);
    assert.equal('serviceAccountName' in spec.template.spec, false);
  }),
);

test(
  'container: differs from the sidecar only in its environment, requests, probe and token volume',
  withKustomize(() => {
    const [container, ...others] = standalone().deployment.spec.template.spec.containers;
    assert.deepEqual(others, []);
    assert.ok(container, 'there is a container');
    const { env, readinessProbe, resources, ...rest } = container;
    const { env: _, volumeMounts: __, resources: granted, ...sidecar } = SIDECAR;
    assert.deepEqual(rest, sidecar);
    assert.deepEqual(resources, { ...(granted as Doc), requests: { cpu: '20m', memory: '128Mi' } });
    assert.deepEqual(readinessProbe, { httpGet: { path: '/healthz', port: 'http-metrics' } });
    assert.deepEqual(env, [
      { name: 'LONGHORN_URL', value: 'http://longhorn-backend:9500' },
      { name: 'EXPORT', value: 'all' },
    ]);
  }),
);

test(
  'Service and policy: select the pod',
  withKustomize(() => {
    const { deployment, service } = standalone();
    const { labels } = deployment.spec.template.metadata;
    const { selector, ports } = service.spec as { selector: Doc; ports: Doc[] };
    assert.deepEqual(selector, labels);
    assert.deepEqual(ports, [
      { name: 'http-metrics', port: 9265, targetPort: 'http-metrics', protocol: 'TCP' },
    ]);
    const [policy] = documents(readFileSync(`${STANDALONE}networkpolicy.yaml`, 'utf8'));
    assert.deepEqual((policy as { spec: { ingress: unknown } }).spec.ingress, [
      { from: [{ podSelector: { matchLabels: labels } }], ports: [{ protocol: 'TCP', port: 9500 }] },
    ]);
  }),
);

test(
  'environment of sidecar and standalone: only valid settings of the exporter',
  withKustomize(() => {
    const [container] = standalone().deployment.spec.template.spec.containers;
    const variables = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
    const alone = readSettings(variables);
    assert.deepEqual(alone.problems, []);
    assert.equal(alone.settings.longhornUrl.href, 'http://longhorn-backend:9500/');
    assert.equal(alone.settings.scope, 'all');

    const sidecar = readSettings({ POD_IP: '10.42.0.7', NODE_NAME: 'node-1' });
    assert.deepEqual(sidecar.problems, []);
    assert.equal(sidecar.settings.longhornUrl.href, 'http://10.42.0.7:9500/');
    assert.equal(sidecar.settings.scope, 'owned');
    const table = settingsMarkdown();
    const names = [...Object.keys(variables), ...(SIDECAR.env as Variable[]).map(({ name }) => name)];
    for (const name of names) assert.ok(table.includes(name), `${name} is in the table`);
  }),
);
