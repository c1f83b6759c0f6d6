/** No file contains an address that someone else could register: each host is listed here with a reason. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { basename, join } from 'node:path';
import { test } from 'node:test';

const ROOT = new URL('../', import.meta.url).pathname;

/** Allowed hosts, each with the reason; a leading dot allows every host below it. */
const HOSTS: Readonly<Record<string, string>> = {
  '.example.com': 'reserved for examples (RFC 2606)',
  localhost: 'the machine itself',
  '.invalid': 'reserved for names that do not exist (RFC 2606)',
  '.svc': 'a Service of the cluster',
  'longhorn.io': 'Longhorn',
  '.longhorn.io': 'its documentation and its charts',
  'raw.githubusercontent.com/longhorn': "Longhorn's manifest",
  'prometheus.io': 'Prometheus',
  'kubernetes.io': 'Kubernetes',
  'biomejs.dev': "the schema of the linter's configuration",
  'semver.org': 'the versioning scheme of the changelog',
  'www.apache.org': 'the licence',
  'www.w3.org': 'the namespace of SVG',
  'acct.blob.core.windows.net': 'in a sample Azure error message',
  'core.windows.net': 'in a sample backup target URL for Azure',
  'b.s3.amazonaws.com': 'in a sample AWS error message',
};

/** `package-lock.json` names the registry that each package came from, with its hash. */
const isText = (file: string): boolean => basename(file) !== 'package-lock.json' && !/\.png$/.test(file);

/** All files that git does not ignore; in a copy without git, all but build output and installed packages. */
function files(): string[] {
  try {
    const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
      .split('\n')
      .filter(Boolean);
  } catch {
    return readdirSync(ROOT, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
      .filter((file) => !/(^|\/)(node_modules|dist|\.git)\//.test(file));
  }
}

/** An address with a scheme, or on a code hosting site without one, as kustomize and Go accept it. */
const ADDRESS =
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>()\\|]+|\b(?:git@)?(?:github|gitlab|bitbucket)\.(?:com|org)[/:][^\s"'`<>()\\|]+/g;

/** The host and what follows it, without user and password. */
const withoutScheme = (address: string): string =>
  address.replace(/^[a-z][a-z0-9+.-]*:\/\//, '').replace(/^[^/@]*@/, '');

function isAllowed(address: string): boolean {
  const target = withoutScheme(address);
  const host = /^(\[[^\]]*\]?|[^/:?#,;\]]*)/.exec(target)?.[1] ?? '';
  // IP addresses, names without a dot as they resolve in a cluster, and templates are allowed.
  if (host.startsWith('[') || isIP(host) !== 0 || !/[^.]\.[^.]/.test(host) || host.includes('$')) return true;
  return Object.keys(HOSTS).some((allowed) =>
    allowed.startsWith('.') ? host.endsWith(allowed) : host === allowed || target.startsWith(`${allowed}/`),
  );
}

test('every address in the repository has an allowed host', () => {
  const paths = files().filter(isText);
  assert.ok(paths.length > 300, 'files were found');
  const found = paths.flatMap((file) =>
    (readFileSync(join(ROOT, file), 'utf8').match(ADDRESS) ?? []).map((address) => ({ file, address })),
  );
  assert.ok(found.length > 100, 'addresses were found');
  const disallowed = found.filter(({ address }) => !isAllowed(address));
  assert.deepEqual(disallowed, []);
  const unused = Object.keys(HOSTS).filter(
    (host) => !found.some(({ address }) => withoutScheme(address).includes(host)),
  );
  assert.deepEqual(unused, [], 'every allowed host is used');
});

for (const [address, allowed] of [
  ['https://git.example.com/you/it', true],
  ['http://user:password@10.42.0.1:9500/v1', true],
  ['http://longhorn-backend:9500', true],
  ['https://raw.githubusercontent.com/longhorn/longhorn/v1/x.yaml', true],
  [['https', '//raw.githubusercontent.com/elsewhere/x.yaml'].join(':'), false],
  [['https://longhorn.io', 'evil.net/x'].join('.'), false],
  [['github', 'com/somebody/something//kustomize'].join('.'), false],
  [['git@github', 'com:somebody/something'].join('.'), false],
] as const) {
  test(`${address}: ${allowed ? 'allowed' : 'rejected'}`, () => {
    assert.deepEqual(address.match(ADDRESS), [address]);
    assert.equal(isAllowed(address), allowed);
  });
}
