/** Builds what the Dockerfile builds, without Docker, and runs it as a container runtime would. */

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { all, only, parseCopy, readDockerfile } from './dockerfile.ts';

export const ROOT = new URL('../../', import.meta.url).pathname;

export const [BUILD, IMAGE, ...MORE_STAGES] = readDockerfile(`${ROOT}Dockerfile`);

/** The Node.js version of the image, installed by the package.json next to this file. */
export const NODE = `${ROOT}test/image/node_modules/node-${process.platform}-${process.arch}/bin/node`;

const WORK = '/build';

/** Runs the steps of the first stage and the COPY steps of the second; returns the folder with the image's content. */
export function buildImage(): { readonly root: string; remove(): void } {
  if (BUILD === undefined || IMAGE === undefined) throw new Error('the Dockerfile needs two stages');
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  chmodSync(folder, 0o755);
  const [build, root] = [join(folder, 'build'), join(folder, 'root')];
  if (only(BUILD, 'WORKDIR') !== WORK) throw new Error(`expected to work in ${WORK}`);
  mkdirSync(build);
  for (const { keyword, rest } of BUILD.instructions) {
    if (keyword === 'COPY') copyAll(rest, ROOT, build);
    // The packages are already installed, by the same command.
    else if (rest === 'npm ci') symlinkSync(`${ROOT}node_modules`, join(build, 'node_modules'));
    else if (keyword === 'RUN') run(build, rest);
  }
  for (const rest of all(IMAGE, 'COPY')) copyAll(rest.replaceAll(WORK, ''), build, root);
  if (CAN_MOUNT) mkdirSync(mountPointOf(root));
  // A copy, because the user that it runs as may have no access to node_modules.
  else cpSync(NODE, nodeOf(root));
  run(folder, 'chmod -R a=rX root');
  const remove = () => {
    run(folder, 'chmod -R u+w root');
    rmSync(folder, { recursive: true });
  };
  return { root, remove };
}

const mountPointOf = (root: string): string => `${root}.mount`;
const nodeOf = (root: string): string => `${root}.node`;

/** Like COPY: a folder's contents go into the target; a file goes into it if the target ends with a slash. */
function copyAll(rest: string, from: string, to: string): void {
  const { sources, to: target } = parseCopy(rest);
  for (const source of sources) {
    const into = source.endsWith('/') ? target : join(target, source.split('/').at(-1) ?? '');
    cpSync(join(from, source), normalize(join(to, into)), { recursive: true });
  }
}

function run(cwd: string, command: string): void {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
}

/** The user ID that the image runs as. */
export const USER = IMAGE === undefined ? Number.NaN : Number(only(IMAGE, 'USER'));

/** The command and its arguments; the first is the path of Node.js in the image. */
export const ENTRYPOINT = IMAGE === undefined ? [] : (JSON.parse(only(IMAGE, 'ENTRYPOINT')) as string[]);

/** Whether we may mount: then the process runs on a read-only file system of its own, with nothing else in it. */
export const CAN_MOUNT =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'sh', '-c', 'mount --bind /proc /proc && command -v chroot']).status === 0;

export const WHERE = CAN_MOUNT
  ? 'on a read-only file system of its own'
  : 'in a folder without write permission, because mounting is not permitted';

/**
 * A script for sh. Its arguments: the root, where to mount it, the user, Node.js, and the command. The mount contains
 * Node.js and its libraries, proc, dev, and the image's content.
 */
const RUN_MOUNTED = `
root=$1 mount=$2 user=$3 node=$4; shift 4
mount -t tmpfs tmpfs "$mount"
cd "$mount"
mkdir -p proc dev app nodejs/bin
mount --rbind /proc proc; mount --rbind /dev dev
mount --bind "$root/app" app
touch nodejs/bin/node; mount --bind "$node" nodejs/bin/node
for file in $(ldd "$node" | grep -o '/[^ ]*'); do mkdir -p ".$(dirname "$file")"; cp "$file" ".$file"; done
mount -o remount,bind,ro app; mount -o remount,ro,mode=755 tmpfs "$mount"
unset PWD OLDPWD
exec chroot --userspec="$user:$user" --groups= "$mount" "$@"
`;

/** Starts Node.js with these arguments and only this environment. */
export function start(
  root: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcessWithoutNullStreams {
  if (!CAN_MOUNT) {
    const user = process.getuid?.() === 0 ? { uid: USER, gid: USER } : {};
    const localArgv = argv.map((arg) => (arg.startsWith('/app/') ? join(root, arg) : arg));
    return spawn(nodeOf(root), localArgv, { cwd: join(root, 'app'), env, ...user });
  }
  const [node = ''] = ENTRYPOINT;
  const args = [
    '--mount',
    'sh',
    '-euc',
    RUN_MOUNTED,
    'sh',
    root,
    mountPointOf(root),
    String(USER),
    NODE,
    node,
    ...argv,
  ];
  return spawn('unshare', args, { cwd: '/', env });
}
