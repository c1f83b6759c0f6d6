/** An operator's shell: `kubectl` uses our API server, and a port-forward leads to an exporter. */

import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { kustomizeCommand } from '../support/kustomize.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Replaces kubectl: a port-forward only needs an existing target, `kustomize` can be a separate
 * tool, and the real kubectl does everything else.
 */
const KUBECTL = `#!/bin/sh
if [ "$1" = kustomize ]; then shift; exec $KUSTOMIZE "$@"; fi
for word; do
  if [ "$word" = port-forward ]; then
    case $4 in */*) target=$4 ;; *) target=pod/$4 ;; esac
    exec "$REAL_KUBECTL" "$1" "$2" get "$target" -o name
  fi
done
exec "$REAL_KUBECTL" "$@"
`;

const pathOf = (tool: string): string =>
  spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();

/** A shell in a folder with a copy of longhorn-exporter, as in docs/install.md. */
export function createShell(t: TestContext, apiUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'commands-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const part of ['kustomize', 'docs/examples'])
    cpSync(join(ROOT, part), join(folder, 'longhorn-exporter', part), { recursive: true });
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'kubectl'), KUBECTL, { mode: 0o755 });
  const config = {
    clusters: [{ name: 'here', cluster: { server: apiUrl } }],
    contexts: [{ name: 'here', context: { cluster: 'here' } }],
    'current-context': 'here',
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(config));
  const [tool, build] = kustomizeCommand();
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    REAL_KUBECTL: pathOf('kubectl'),
    KUSTOMIZE: `${pathOf(tool)} ${build}`,
    KUBECONFIG: join(folder, 'config'),
    // Where kubectl caches the server's resources.
    HOME: folder,
  };
  return {
    folder,
    /** `exporter`: the target of port-forwards. */
    run: (script: string, exporter: string): Promise<Result> =>
      new Promise((resolve) => {
        const text = script.replaceAll('localhost:9265', new URL(exporter).host);
        const options = { cwd: folder, env, timeout: 20_000 };
        execFile('bash', ['-eo', 'pipefail', '-c', text], options, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
        );
      }),
  };
}
