/** No file contains an address that someone else could register: each host is listed here with a reason. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { basename, join } from 'node:path';
import { test } from 'node:test';

const ROOT = new URL('../', import.meta.url).pathname;

/** Hosts, and the hosts below those that begin with a dot. */
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
  'semver.org': 'how releases are numbered',
  'www.apache.org': 'the licence',
  'www.w3.org': 'the namespace of SVG',
  'acct.blob.core.windows.net': 'in an error text as Azure gives it, which tests shorten',
  'core.windows.net': 'in the URL of a backup target, as Longhorn takes it for Azure',
  'b.s3.amazonaws.com': 'the same of AWS',
};

/** `package-lock.json` names the registry that each package came from, with its hash. */
const isText = (file: string): boolean => basename(file) !== 'package-lock.json' && !/\.png$/.test(file);

/** Tracked and addable files; in a copy without git, everything that is not built or installed. */
function files(): string[] {
  try {
    const words = ['ls-files', '--cached', '--others', '--exclude-standard'];
    return execFileSync('git', words, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
      .split('\n')
      .filter(Boolean);
  } catch {
    return readdirSync(ROOT, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
      .filter((file) => !/(^|\/)(node_modules|dist|\.git)\//.test(file));
  }
}

/** With a scheme, or a forge's host without one, as kustomize and Go accept it. */
const ADDRESS =
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>()\\|]+|\b(?:git@)?(?:github|gitlab|bitbucket)\.(?:com|org)[/:][^\s"'`<>()\\|]+/g;

/** The host and what follows it, without user and password. */
const place = (address: string): string =>
  address.replace(/^[a-z][a-z0-9+.-]*:\/\//, '').replace(/^[^/@]*@/, '');

function isAllowed(address: string): boolean {
  const target = place(address);
  const host = /^(\[[^\]]*\]?|[^/:?#,;\]]*)/.exec(target)?.[1] ?? '';
  // An address of a private network, a bare name as a cluster resolves it, or one that is filled in.
  if (host.startsWith('[') || isIP(host) !== 0 || !/[^.]\.[^.]/.test(host) || host.includes('$')) return true;
  return Object.keys(HOSTS).some((allowed) =>
    allowed.startsWith('.') ? host.endsWith(allowed) : host === allowed || target.startsWith(`${allowed}/`),
  );
}

test('every address in the repository: a host on the list', () => {
  const paths = files().filter(isText);
  assert.ok(paths.length > 300, 'there are files');
  const found = paths.flatMap((file) =>
    (readFileSync(join(ROOT, file), 'utf8').match(ADDRESS) ?? []).map((address) => ({ file, address })),
  );
  assert.ok(found.length > 100, 'there are addresses');
  const others = found.filter(({ address }) => !isAllowed(address));
  assert.deepEqual(others, []);
  const unused = Object.keys(HOSTS).filter(
    (host) => !found.some(({ address }) => place(address).includes(host)),
  );
  assert.deepEqual(unused, [], 'each host of the list is needed');
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
  test(`${address}: ${allowed ? 'allowed' : 'found and refused'}`, () => {
    assert.deepEqual(address.match(ADDRESS), [address]);
    assert.equal(isAllowed(address), allowed);
  });
}
