/** Checks objects against the real schemas, and finds unknown fields with the types generated from them. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Doc } from '../support/kustomize.ts';

const MODULES = new URL('../../node_modules', import.meta.url).pathname;

const OPERATOR = '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';

/** Where the model of each kind is; a kind that is not listed cannot be checked, which is reported. */
const MODELS: Readonly<Record<string, string>> = {
  'v1 Namespace': 'kubernetes-models/v1',
  'v1 Service': 'kubernetes-models/v1',
  'v1 ConfigMap': 'kubernetes-models/v1',
  'apps/v1 DaemonSet': 'kubernetes-models/apps/v1',
  'apps/v1 Deployment': 'kubernetes-models/apps/v1',
  'networking.k8s.io/v1 NetworkPolicy': 'kubernetes-models/networking.k8s.io/v1',
  'monitoring.coreos.com/v1 PodMonitor': OPERATOR,
  'monitoring.coreos.com/v1 ServiceMonitor': OPERATOR,
  'monitoring.coreos.com/v1 PrometheusRule': OPERATOR,
};

type Model = new (doc: Doc) => { validate(): void };

const modelOf = ({ apiVersion, kind }: Doc): string | undefined => MODELS[`${apiVersion} ${kind}`];

/** What is wrong with each object, by its name; those with nothing wrong are left out. */
export async function complaints(objects: ReadonlyMap<string, Doc>): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const add = (name: string, complaint: string) => found.set(name, [...(found.get(name) ?? []), complaint]);
  const known = new Map<string, Doc>();
  for (const [name, doc] of objects) {
    const path = modelOf(doc);
    if (path === undefined) {
      add(name, `no schema for ${doc.apiVersion} ${doc.kind}`);
      continue;
    }
    known.set(name, doc);
    const problem = await schemaError(path, doc);
    if (problem !== undefined) add(name, problem);
  }
  for (const [name, complaint] of typeErrors(known)) add(name, complaint);
  return found;
}

/** Finds violated patterns, ranges and missing fields; the schemas accept unknown fields. */
async function schemaError(path: string, doc: Doc): Promise<string | undefined> {
  const models = (await import(path)) as Readonly<Record<string, Model>>;
  const Model = models[String(doc.kind)];
  if (Model === undefined) return `${path} has no ${doc.kind}`;
  try {
    new Model(doc).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Finds unknown fields: TypeScript rejects them in a literal, at any depth. */
function typeErrors(objects: ReadonlyMap<string, Doc>): [name: string, complaint: string][] {
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
  try {
    symlinkSync(MODULES, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    // One line each, so that the compiler's line numbers say which object it means.
    const lines = [...objects.values()].map(
      (doc, i) => `export const o${i}: import('${modelOf(doc)}').I${doc.kind} = ${JSON.stringify(doc)};`,
    );
    writeFileSync(join(folder, 'objects.ts'), lines.join('\n'));
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
    const { status, stdout, stderr } = spawnSync(join(MODULES, '.bin/tsc'), [...flags, 'objects.ts'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 120_000,
    });
    const names = [...objects.keys()];
    const errors = [...stdout.matchAll(/^objects\.ts\((\d+),\d+\): error (.*)$/gm)];
    // An error outside of the objects means that we call the compiler incorrectly.
    if (status !== 0 && errors.length === 0) throw new Error(`tsc: ${stdout}${stderr}`);
    return errors.map(([, line, text]) => [names[Number(line) - 1] ?? '', text ?? '']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
