/** Runs kustomize 5 or later, as `kubectl kustomize` or as a separate tool, and reads what it builds. */

import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseAllDocuments } from 'yaml';

/** A Kubernetes object, or any other mapping in a YAML document. */
export type Doc = { readonly [field: string]: unknown };

const GO_BIN = join(process.env.GOPATH ?? join(homedir(), 'go'), 'bin', 'kustomize');

/** The tools to try, in order of preference, and how each prints its version. */
const CANDIDATES = [
  { tool: 'kubectl', build: 'kustomize', version: ['version', '--client', '--output=json'] },
  { tool: 'kustomize', build: 'build', version: ['version'] },
  { tool: GO_BIN, build: 'build', version: ['version'] },
] as const;

/** Components need kustomize 4, and ours rely on the order in which kustomize 5 applies `images` and `patches`. */
const isRecent = (versionText: string): boolean =>
  // A `go install` build has no version, but versions too old for Go modules cannot be installed that way.
  versionText.trim() === '(devel)' ||
  Number(/(?:kustomizeVersion": "|^\{?)v(\d+)\./m.exec(versionText)?.[1] ?? 0) >= 5;

const OPTIONS = { encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 } as const;

const FOUND = CANDIDATES.find(({ tool, version }) =>
  isRecent(spawnSync(tool, version, OPTIONS).stdout ?? ''),
);

/** Whether kustomize is installed; if not, the test is skipped with a message, but in CI it fails. */
export function hasKustomize(t: TestContext): boolean {
  if (FOUND !== undefined) return true;
  const missing = 'neither kubectl 1.27 nor kustomize 5, or later, is installed';
  if (process.env.CI === 'true') throw new Error(missing);
  t.skip(missing);
  return false;
}

/** A test that needs kustomize. */
export const withKustomize = (run: (t: TestContext) => void | Promise<void>) => (t: TestContext) =>
  hasKustomize(t) ? run(t) : undefined;

/** The command without its last argument, the folder. */
export function kustomizeCommand(): readonly [tool: string, build: string] {
  if (FOUND === undefined) throw new Error('call hasKustomize first');
  return [FOUND.tool, FOUND.build];
}

/** Builds the kustomization in the folder; throws with kustomize's error output if that fails. */
export function kustomize(folder: string): Doc[] {
  const [tool, build] = kustomizeCommand();
  const { status, stdout, stderr } = spawnSync(tool, [build, folder], OPTIONS);
  if (status !== 0) throw new Error(`kustomize: ${stderr}`);
  return documents(stdout);
}

/** Every document of a YAML stream, without the empty ones. */
export function documents(text: string): Doc[] {
  return parseAllDocuments(text)
    .filter(({ contents }) => contents !== null)
    .map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return document.toJS() as Doc;
    });
}
