/** The part of a Kubernetes API server that the real kubectl needs for `get`, `describe` and `logs`. */

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
  };
  readonly [field: string]: unknown;
}

export interface Resource {
  /** Empty: the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly short?: readonly string[];
  readonly cluster?: boolean;
  /** The columns after the name; those that begin with `wide:` only with `-o wide`. */
  readonly columns: Readonly<Record<string, (object: KubeObject) => unknown>>;
}

export interface Content {
  readonly resources: readonly Resource[];
  readonly list: (resource: Resource) => readonly KubeObject[];
  /** Undefined: no such container. */
  readonly log: (pod: string, container: string | undefined) => string | undefined;
}

const groupVersion = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`;
const root = (resource: Resource): string =>
  `${resource.group === '' ? '/api' : '/apis'}/${groupVersion(resource)}`;

export async function startApi(content: () => Content): Promise<{ url: string; stop: () => void }> {
  const server = createServer(({ url = '', headers, method }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (method !== 'GET') return status(response, 405, 'MethodNotAllowed', `${method} ${pathname}`);
    const body = responseTo(pathname, searchParams, headers.accept ?? '', content());
    if (body === undefined) return status(response, 404, 'NotFound', `${pathname} not found`);
    if (typeof body === 'string') return void response.end(body);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function status(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code }),
  );
}

function responseTo(
  path: string,
  query: URLSearchParams,
  accept: string,
  { resources, list, log }: Content,
): unknown {
  if (path === '/version') return { major: '1', minor: '32', gitVersion: 'v1.32.4' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return groupList(resources);
  const inGroup = resources.filter((resource) => root(resource) === path);
  if (inGroup.length > 0) return resourceList(inGroup);
  const [, base = '', namespace, plural, name, sub] =
    /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/[^/]+))?\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/.exec(
      path,
    ) ?? [];
  const resource = resources.find((each) => each.plural === plural && root(each) === base);
  if (resource === undefined) return undefined;
  const objects = list(resource)
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
    .map((object) => ({ apiVersion: groupVersion(resource), kind: resource.kind, ...object }));
  if (sub === 'log') return log(name ?? '', query.get('container') ?? undefined);
  const asTable = accept.includes('as=Table');
  if (name !== undefined) {
    const object = objects.find(({ metadata }) => metadata.name === name);
    return object && (asTable ? table(resource, [object]) : object);
  }
  const selected = objects.filter(matchesSelectors(query));
  if (asTable) return table(resource, selected);
  return { apiVersion: groupVersion(resource), kind: `${resource.kind}List`, metadata: {}, items: selected };
}

/** Supports only selectors that test for equality. */
function matchesSelectors(query: URLSearchParams): (object: KubeObject) => boolean {
  const pairs = (name: string): [string, string][] =>
    (query.get(name) ?? '')
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=', 2) as [string, string]);
  const fieldAt = (object: KubeObject, path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], object);
  return (object) =>
    pairs('labelSelector').every(([label, value]) => object.metadata.labels?.[label] === value) &&
    pairs('fieldSelector').every(([path, value]) => fieldAt(object, path) === value);
}

const groupList = (resources: readonly Resource[]) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: [
    ...new Map(resources.filter(({ group }) => group !== '').map((each) => [each.group, each])).values(),
  ].map((resource) => {
    const version = { groupVersion: groupVersion(resource), version: resource.version };
    return { name: resource.group, versions: [version], preferredVersion: version };
  }),
});

const resourceList = (resources: readonly Resource[]) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: resources.map(groupVersion)[0],
  resources: resources.map(({ plural, kind, short, cluster }) => ({
    name: plural,
    singularName: kind.toLowerCase(),
    shortNames: short,
    namespaced: !cluster,
    kind,
    verbs: ['get', 'list', 'watch'],
  })),
});

const table = ({ columns }: Resource, objects: readonly KubeObject[]) => ({
  kind: 'Table',
  apiVersion: 'meta.k8s.io/v1',
  metadata: {},
  columnDefinitions: ['Name', ...Object.keys(columns)].map((name) => ({
    name: name.replace('wide:', ''),
    type: 'string',
    format: name === 'Name' ? 'name' : '',
    priority: name.startsWith('wide:') ? 1 : 0,
  })),
  rows: objects.map((object) => ({
    cells: [object.metadata.name, ...Object.values(columns).map((cell) => String(cell(object) ?? ''))],
    object,
  })),
});
