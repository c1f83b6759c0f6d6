/** The image's content without Docker: what the Dockerfile ships, alone in a read-only folder, on Node.js 24. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import { streamServer } from '../stream/servers.ts';
import { until } from '../support/clock.ts';
import { recorded } from '../support/replay.ts';
import { all, only, parseCopy } from './dockerfile.ts';
import {
  BUILD,
  buildImage,
  CAN_MOUNT,
  ENTRYPOINT,
  IMAGE,
  MORE_STAGES,
  NODE,
  ROOT,
  start,
  USER,
  WHERE,
} from './image.ts';

const UID = process.getuid?.();

let built: ReturnType<typeof buildImage> | undefined;

/** Starts the image's Node.js; the default arguments are those of the entrypoint. */
function run(t: TestContext, env: Record<string, string> = {}, argv = ENTRYPOINT.slice(1)) {
  assert.ok(built, 'the image is built');
  const child = start(built.root, argv, env);
  t.after(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output, ended };
}

/** Waits until it serves; returns its address. */
async function serving({ output }: ReturnType<typeof run>): Promise<string> {
  const port = () => /"port":(\d+),"msg":"serving"/.exec(output.stdout)?.[1];
  await until(() => port() !== undefined, 20_000, `serves: ${output.stdout}${output.stderr}`);
  return `http://127.0.0.1:${port()}`;
}

const fetchText = async (url: string): Promise<string> => (await fetch(url)).text();

describe('Dockerfile', () => {
  test('stages of the Dockerfile: one builds with Node.js 24, one ships the result without a shell', () => {
    assert.match(BUILD?.from ?? '', /^node:24-[\w-]+ AS build$/);
    assert.match(IMAGE?.from ?? '', /^gcr\.io\/distroless\/nodejs24-debian12:nonroot$/);
    assert.deepEqual(MORE_STAGES, []);
    assert.deepEqual(IMAGE && all(IMAGE, 'RUN'), []);
  });

  test('npm ci: runs before files that change often are copied', () => {
    const steps = (BUILD?.instructions ?? []).map(({ keyword, rest }) => `${keyword} ${rest}`);
    const [manifests, packages, runbooks, source, build] = steps.slice(1);
    assert.match(manifests ?? '', /^COPY package\.json package-lock\.json /);
    assert.equal(packages, 'RUN npm ci');
    assert.match(runbooks ?? '', /^COPY docs\/runbooks\//);
    assert.match(source ?? '', /^COPY src\//);
    assert.equal(build, 'RUN npm run build');
  });

  test('metadata of the image: a numeric user, the port, and the version of package.json', () => {
    assert.ok(IMAGE, 'there is an image');
    assert.equal(USER, 65532);
    assert.equal(only(IMAGE, 'EXPOSE'), '9265');
    assert.equal(only(IMAGE, 'ARG'), `VERSION=${packageJson.version}`);
    const labels = all(IMAGE, 'LABEL').join(' ');
    for (const label of ['title', 'description', 'licenses', 'version'])
      assert.match(labels, new RegExp(`org\\.opencontainers\\.image\\.${label}="[^"]+"`));
    assert.match(labels, new RegExp(`licenses="${packageJson.license}"`));
  });

  test('copied files: exactly those that .dockerignore does not exclude', () => {
    const rules = readFileSync(`${ROOT}.dockerignore`, 'utf8')
      .split('\n')
      .filter((line) => /^[^#]/.test(line));
    assert.equal(rules[0], '*', 'everything is excluded except what follows');
    const kept = rules.slice(1).map((rule) => rule.replace(/^!/, ''));
    const needed = all(BUILD ?? assert.fail('no stage'), 'COPY').flatMap((rest) => parseCopy(rest).sources);
    assert.deepEqual(needed.sort(), kept.sort());
  });
});

const missing =
  process.platform !== 'linux' || !existsSync(NODE)
    ? `no Node.js 24 for ${process.platform} ${process.arch}: npm ci --prefix test/image`
    : undefined;

describe(`image content, ${WHERE}`, { skip: process.env.CI === 'true' ? false : missing }, () => {
  before(() => {
    if (missing !== undefined) throw new Error(missing);
    built = buildImage();
  });
  after(() => built?.remove());

  test('files in the image: one script and its source map', () => {
    const files = readdirSync(built?.root ?? '', { recursive: true }).sort();
    assert.deepEqual(files, ['app', 'app/longhorn-exporter.cjs', 'app/longhorn-exporter.cjs.map']);
  });

  test('imports of the script: only modules of Node.js', () => {
    const bundle = readFileSync(join(built?.root ?? '', 'app/longhorn-exporter.cjs'), 'utf8');
    const imported = [...bundle.matchAll(/\b(?:require|import)\((["'`])([^"'`]+)\1\)/g)].map(
      ([, , name]) => name ?? '',
    );
    assert.ok(imported.includes('node:http'), 'the search finds imports');
    const external = new Set(imported.filter((name) => !isBuiltin(name)));
    // ws uses these if installed, and works without them.
    assert.deepEqual(external, new Set(['bufferutil', 'utf-8-validate']));
  });

  test('process: runs on Node.js 24 as an unprivileged user, without write access to its folder', async (t) => {
    const script = `
      const { writeFileSync } = require('node:fs');
      const results = ['/app/x', '/x', process.cwd() + '/x'].map((path) => {
        try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; }
      });
      console.log(JSON.stringify([process.version.split('.')[0], process.getuid(), results, Object.keys(process.env)]));
    `;
    const { ended, output } = run(t, {}, ['-e', script]);
    assert.equal(await ended, 0, output.stderr);
    const [version, user, results, env] = JSON.parse(output.stdout) as [string, number, string[], string[]];
    assert.equal(version, 'v24');
    assert.equal(user, UID === 0 ? USER : UID);
    for (const code of results) assert.match(code, CAN_MOUNT ? /^EROFS$/ : /^(EACCES|ENOENT)$/);
    assert.deepEqual(env, []);
  });

  test('manager reachable: serves its data; SIGTERM: exits with 0', async (t) => {
    const manager = await streamServer(t, {
      onPeer({ ws, request: { url = '' } }) {
        const stream = url.slice(url.lastIndexOf('/') + 1);
        ws.send(String(recorded('1.12.1', `cluster-${stream}`)[0]));
      },
    });
    const exporter = run(t, {
      LONGHORN_URL: `http://127.0.0.1:${manager.port}`,
      LISTEN_ADDRESS: '127.0.0.1:0',
    });
    const address = await serving(exporter);
    assert.equal(await fetchText(`${address}/healthz`), 'ok\n');
    await until(async () => /^longhorn_up 1$/m.test(await fetchText(`${address}/metrics`)), 20_000, 'is up');
    const metrics = await fetchText(`${address}/metrics`);
    assert.match(metrics, /^longhorn_volume_healthy\{volume="pvc-aa01",/m);
    assert.match(metrics, new RegExp(`_build_info\\{version="${packageJson.version}",node_version="v?24\\.`));
    assert.match(metrics, /^process_resident_memory_bytes \d/m);
    assert.match(metrics, /^longhorn_exporter_internal_errors_total 0$/m);
    exporter.child.kill('SIGTERM');
    assert.equal(await exporter.ended, 0);
    assert.equal(exporter.output.stderr, '');
    const files = readdirSync(built?.root ?? '', { recursive: true });
    assert.equal(files.length, 3, 'nothing was written');
  });

  test('internal error: logged with its position in the TypeScript source', async (t) => {
    // Breaks the bundle from outside, at the first Node.js function that our server calls.
    const hook = `data:text/javascript,${encodeURIComponent(`
      import { Server } from 'node:net';
      Server.prototype.listen = () => { throw new Error('broken on purpose'); };
    `)}`;
    const broken = run(t, {}, ['--import', hook, ...ENTRYPOINT.slice(1)]);
    await until(() => broken.output.stdout.includes('broken on purpose'), 20_000, 'the error is logged');
    const line = broken.output.stdout.split('\n').find((line) => line.includes('broken on purpose')) ?? '';
    const { err, msg } = JSON.parse(line) as { err: { stack: string }; msg: string };
    assert.equal(msg, 'internal error; please report it');
    assert.match(err.stack, /src\/http\/server\.ts:\d+:\d+/);
  });
});
