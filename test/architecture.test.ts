/** The rules of docs/architecture.md that imports or source text can show. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const ROOT = new URL('..', import.meta.url).pathname;

interface Source {
  readonly text: string;
  /** Paths from the root for our own files, names for packages. */
  readonly imports: readonly string[];
}

const sources = new Map<string, Source>(
  sourceFiles().map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const imports = [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'/gm)].map(
      ([, from, bare]) => {
        const target = from ?? bare ?? '';
        return target.startsWith('.') ? normalize(join(dirname(file), target)) : target;
      },
    );
    return [file, { text, imports }];
  }),
);

function sourceFiles(): string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('src', file));
}

/** The files that break a rule. */
const filesWhere = (breaks: (file: string, source: Source) => boolean): string[] =>
  [...sources].filter(([file, source]) => breaks(file, source)).map(([file]) => file);

const isIn =
  (...prefixes: string[]) =>
  (file: string) =>
    prefixes.some((prefix) => file.startsWith(`src/${prefix}`));

test('source files of src are found', () => assert.ok(sources.size > 50));

test('every source file starts with a doc comment', () =>
  assert.deepEqual(
    filesWhere((_, { text }) => !/^((#!|\/\/ biome).*\n)*\/\*\*/.test(text)),
    [],
  ));

test('no circular imports, including those of types', () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file)) return;
    for (const target of sources.get(file)?.imports ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  assert.deepEqual(cycles, []);
});

test("only the readers of API objects, lists and responses access the API's fields", () => {
  const mayRead = isIn('longhorn/');
  assert.deepEqual(
    filesWhere((file, { imports }) => !mayRead(file) && imports.includes('src/longhorn/read.ts')),
    ['src/list/element.ts', 'src/list/list.ts', 'src/requests/responses.ts'],
  );
});

test('only metrics/ defines metrics and imports prom-client', () => {
  const mayNameMetrics = isIn('metrics/', 'debug/', 'exporter.ts');
  assert.deepEqual(
    filesWhere((file, { text }) => !mayNameMetrics(file) && /['"`]longhorn_[a-z_]+['"`]/.test(text)),
    [],
  );
  assert.deepEqual(
    filesWhere((file, { imports }) => imports.includes('prom-client') && !isIn('metrics/')(file)),
    [],
  );
});

test('only stream, requests, http, main, log, source-map and debug/assets do I/O', () => {
  const IO = ['ws', 'node:http', 'node:https', 'node:fs', 'node:child_process', 'node:dgram', 'node:dns'];
  const mayDoIo = isIn(
    'stream/connection.ts',
    'requests/client.ts',
    'http/',
    'main.ts',
    'log.ts',
    'source-map.ts',
    'debug/assets.ts',
  );
  assert.deepEqual(
    filesWhere((file, { imports }) => !mayDoIo(file) && imports.some((name) => IO.includes(name))),
    [],
  );
});

test('time and timers come from clock.ts, randomness from exporter.ts', () => {
  assert.deepEqual(
    filesWhere((_, { text }) => /\b(Date\.now|performance\.now|setTimeout|setInterval)\(/.test(text)),
    // main.ts exits when shutdown takes too long.
    ['src/clock.ts', 'src/main.ts'],
  );
  assert.deepEqual(
    filesWhere((_, { text }) => /\bMath\.random\b/.test(text)),
    ['src/exporter.ts'],
  );
});

test('src imports nothing outside src', () =>
  assert.deepEqual(
    filesWhere((_, { imports }) =>
      imports.some(
        (name) =>
          name.includes('/') &&
          !name.startsWith('src/') &&
          /\.(ts|js|json)$/.test(name) &&
          name !== 'package.json',
      ),
    ),
    [],
  ));

test('no classes except errors', () =>
  assert.deepEqual(
    filesWhere((_, { text }) => /^(export )?(abstract )?class /m.test(text)),
    [],
  ));
