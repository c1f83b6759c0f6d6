/** Clusters to patch: two versions of Longhorn's manifest, plain and as Helm renders it, with and without more in the pod. */

import { readFileSync } from 'node:fs';
import { type Doc, documents } from '../support/kustomize.ts';

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly [field: string]: unknown;
}

export interface DaemonSet {
  readonly kind: 'DaemonSet';
  readonly metadata: Doc & { readonly name: string };
  readonly spec: Doc & {
    readonly updateStrategy?: Doc;
    readonly template: {
      readonly metadata: Doc;
      readonly spec: Doc & { readonly containers: readonly Container[]; readonly volumes: readonly Doc[] };
    };
  };
}

export const isManager = (doc: unknown): doc is DaemonSet => {
  const { kind, metadata } = doc as { kind: string; metadata?: { name: string } };
  return kind === 'DaemonSet' && metadata?.name === 'longhorn-manager';
};

/** What a Helm release adds to every object, and what the chart's values add to the pod. */
function asHelmRenders(doc: Doc): Doc {
  const labels = { 'app.kubernetes.io/managed-by': 'Helm', 'helm.sh/chart': 'longhorn' };
  const annotations = { 'meta.helm.sh/release-name': 'longhorn' };
  const metadata = doc.metadata as { readonly labels?: Doc };
  const withMetadata = {
    ...doc,
    metadata: { ...metadata, labels: { ...metadata.labels, ...labels }, annotations },
  };
  return isManager(withMetadata) ? (onPod(withMetadata, addedByValues) as unknown as Doc) : withMetadata;
}

const addedByValues: Doc = {
  imagePullSecrets: [{ name: 'registry-of-longhorn' }, { name: 'another' }],
  tolerations: [{ key: 'storage', operator: 'Exists', effect: 'NoSchedule' }],
  nodeSelector: { 'node.longhorn.io/create-default-disk': 'true' },
};

/** What other tools add to the pod: a mesh's sidecar before Longhorn's containers, an init container, volumes, the host's network. */
const withMoreInThePod = (doc: DaemonSet): DaemonSet => {
  const { containers, volumes } = doc.spec.template.spec;
  return onPod(doc, {
    initContainers: [{ name: 'wait', image: 'busybox:1.36', command: ['true'] }],
    containers: [
      { name: 'mesh-proxy', image: 'mesh/proxy:2', ports: [{ name: 'proxy', containerPort: 4143 }] },
      ...containers,
      { name: 'log-tail', image: 'busybox:1.36', volumeMounts: [{ name: 'logs', mountPath: '/logs' }] },
    ],
    volumes: [
      { name: 'identity', emptyDir: { medium: 'Memory' } },
      ...volumes,
      { name: 'logs', emptyDir: {} },
    ],
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
  });
};

const onPod = (doc: DaemonSet, fields: Doc): DaemonSet => {
  const { template } = doc.spec;
  return {
    ...doc,
    spec: { ...doc.spec, template: { ...template, spec: { ...template.spec, ...fields } } },
  } as DaemonSet;
};

const withStrategy = (doc: DaemonSet, updateStrategy: Doc | undefined): DaemonSet => {
  const { updateStrategy: _, ...spec } = doc.spec;
  return { ...doc, spec: updateStrategy === undefined ? spec : { ...spec, updateStrategy } };
};

const onManager = (docs: readonly Doc[], change: (doc: DaemonSet) => DaemonSet): Doc[] =>
  docs.map((doc) => (isManager(doc) ? (change(doc) as unknown as Doc) : doc));

export const longhorn = (version: '1.8' | '1.12'): Doc[] =>
  documents(readFileSync(new URL(`fixtures/longhorn-${version}.yaml`, import.meta.url), 'utf8'));

/** Each cluster by its version and what distinguishes it. */
export const CLUSTERS: ReadonlyMap<string, readonly Doc[]> = new Map(
  (['1.8', '1.12'] as const).flatMap((version) => {
    const plain = longhorn(version);
    const helm = plain.map(asHelmRenders);
    const surge = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    return [
      [`${version}, plain`, plain],
      [`${version}, plain, with more in the pod`, onManager(plain, withMoreInThePod)],
      [`${version}, Helm`, helm],
      [`${version}, Helm, with more in the pod`, onManager(helm, withMoreInThePod)],
      [`${version}, without a strategy`, onManager(plain, (doc) => withStrategy(doc, undefined))],
      [`${version}, with a surge`, onManager(plain, (doc) => withStrategy(doc, surge))],
      [`${version}, on delete`, onManager(plain, (doc) => withStrategy(doc, { type: 'OnDelete' }))],
    ];
  }),
);
