import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LIMITS, newLimitCounts } from '../src/limits.ts';
import { openLogLines } from '../src/log-lines.ts';
import { until } from './support/clock.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'log-lines-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** A pipe that nobody reads until asked to. */
function pipe(t: TestContext) {
  const path = join(folder(t), 'pipe');
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  t.after(() => closeSync(reader));
  const bytes = Buffer.alloc(2 * LIMITS.log_bytes.most);
  return {
    writer: openSync(path, constants.O_WRONLY),
    read(): string {
      try {
        return bytes.toString('utf8', 0, readSync(reader, bytes));
      } catch {
        return '';
      }
    },
  };
}

const { most } = LIMITS.log_bytes;

test('lines that nobody reads are kept up to the limit, and dropped beyond it; whoever reads again gets the later ones', async (t) => {
  const { writer, read } = pipe(t);
  const counts = newLimitCounts();
  const dropped = () => counts.get('log_bytes') ?? 0;
  const lines = openLogLines(writer, counts);
  lines.write('x'.repeat(most + 1));
  assert.equal(dropped(), 1, 'one byte too many');
  lines.write('x'.repeat(most - 1));
  lines.write('x');
  assert.equal(dropped(), 1, 'just within the limit');
  lines.write('x');
  assert.equal(dropped(), 2);
  let got = 0;
  await until(() => {
    got += read().length;
    return got === most;
  });
  lines.write('later\n');
  await until(() => read() === 'later\n');
  await lines.end();
});

test('lines into a pipe that nobody has open for reading are dropped, and the end comes all the same', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'log-lines-')), 'pipe');
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const lines = openLogLines(openSync(path, constants.O_WRONLY), newLimitCounts());
  closeSync(reader);
  for (let i = 0; i < 3; i++) {
    lines.write('nobody reads this\n');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await lines.end();
  rmSync(join(path, '..'), { recursive: true });
});

test('lines into a file are there at once', async (t) => {
  const path = join(folder(t), 'log');
  const counts = newLimitCounts();
  const lines = openLogLines(openSync(path, 'w'), counts);
  lines.write('one\n');
  lines.write('two\n');
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  assert.equal(counts.get('log_bytes'), 0);
  await lines.end();
});

test('lines onto a full disk, or into a file that is closed, are dropped', {
  skip: process.platform !== 'linux' && 'needs /dev/full',
}, async () => {
  const full = openLogLines(openSync('/dev/full', 'w'), newLimitCounts());
  const closed = openSync('/dev/null', 'w');
  closeSync(closed);
  for (const lines of [full, openLogLines(closed, newLimitCounts())]) {
    for (let i = 0; i < 3; i++) lines.write('nowhere\n');
    await lines.end();
  }
});

test('lines that a full disk does not take are dropped beyond a bound, and each is told of', {
  skip: process.platform !== 'linux' && 'needs /dev/full',
}, async () => {
  const counts = newLimitCounts();
  const dropped = () => counts.get('log_bytes') ?? 0;
  const lines = openLogLines(openSync('/dev/full', 'w'), counts);
  const line = `${'x'.repeat(999)}\n`;
  const fit = Math.floor(LIMITS.log_bytes.most / line.length);
  for (let i = 0; i < fit; i++) lines.write(line);
  assert.equal(dropped(), 0);
  for (let i = 0; i < 100; i++) lines.write(line);
  assert.ok(dropped() >= 99, `${dropped()} of 100 were dropped`);
  await lines.end();
});
