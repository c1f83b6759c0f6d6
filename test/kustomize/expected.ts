/** The exact result of our component on a cluster. */

import assert from 'node:assert/strict';
import type { Doc } from '../support/kustomize.ts';
import { isManager } from './clusters.ts';

export const SIDECAR: Doc = {
  name: 'metrics-exporter',
  image: 'longhorn-exporter:0.2.0',
  imagePullPolicy: 'IfNotPresent',
  env: [
    { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  ],
  ports: [{ name: 'http-metrics', containerPort: 9265, protocol: 'TCP' }],
  resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1024Mi' } },
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    privileged: false,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
  volumeMounts: [
    {
      name: 'no-service-account-token',
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      readOnly: true,
    },
  ],
};

const VOLUME: Doc = { name: 'no-service-account-token', emptyDir: {} };

export const ROLL_OUT = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } };

export function expected(
  cluster: readonly Doc[],
  sidecar: Doc = SIDECAR,
  updateStrategy: Doc = ROLL_OUT,
): Doc[] {
  return cluster.map((doc) => {
    if (!isManager(doc)) return doc;
    const { template } = doc.spec;
    const pod = {
      ...template.spec,
      containers: [...template.spec.containers, sidecar],
      volumes: [...template.spec.volumes, VOLUME],
    };
    const patched = { ...doc, spec: { ...doc.spec, updateStrategy, template: { ...template, spec: pod } } };
    return patched as unknown as Doc;
  });
}

/** Kustomize sorts documents by kind; their order does not matter to Kubernetes. */
const sorted = (docs: readonly Doc[]): Doc[] => {
  const key = (doc: Doc) => `${doc.kind}/${(doc.metadata as { name: string }).name}`;
  return [...docs].sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

export const assertSame = (actual: readonly Doc[], expected: readonly Doc[]): void =>
  assert.deepEqual(sorted(actual), sorted(expected));
