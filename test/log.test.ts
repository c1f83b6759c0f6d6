/** Log lines to a pipe or a file: how many are kept, and what happens to those that cannot be written. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LIMITS, newLimitCounts } from '../src/limits.ts';
import { type LogLines, openLogLines } from '../src/log.ts';
import { until } from './support/clock.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'log-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** A pipe that is read only by calling `read`. */
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

/** Log lines into `fd`, and how many of them were dropped. */
function open(fd: number): { lines: LogLines; dropped: () => number } {
  const counts = newLimitCounts();
  return { lines: openLogLines(fd, counts), dropped: () => counts.get('log_bytes') ?? 0 };
}

test('unread pipe: lines are kept up to the limit, then dropped; once it is read, later lines arrive', async (t) => {
  const { writer, read } = pipe(t);
  const { lines, dropped } = open(writer);
  for (const [length, expected] of [
    [most + 1, 1],
    [most - 1, 1],
    [1, 1],
    [1, 2],
  ] as const) {
    lines.write('x'.repeat(length));
    assert.equal(dropped(), expected);
  }
  let received = 0;
  await until(() => {
    received += read().length;
    return received === most;
  });
  lines.write('later\n');
  await until(() => read() === 'later\n');
  await lines.end();
});

test('pipe without a reader: lines are lost, and closing completes', async (t) => {
  const path = join(folder(t), 'pipe');
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const { lines } = open(openSync(path, constants.O_WRONLY));
  closeSync(reader);
  for (let i = 0; i < 3; i++) {
    lines.write('nobody reads this\n');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await lines.end();
});

test('file: lines are written immediately', async (t) => {
  const path = join(folder(t), 'log');
  const { lines, dropped } = open(openSync(path, 'w'));
  lines.write('one\n');
  lines.write('two\n');
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  assert.equal(dropped(), 0);
  await lines.end();
});

test('closed file: lines are lost without an error', async () => {
  const closed = openSync('/dev/null', 'w');
  closeSync(closed);
  const { lines } = open(closed);
  for (let i = 0; i < 3; i++) lines.write('nowhere\n');
  await lines.end();
});

test('full disk: lines are kept up to the limit, then dropped', {
  skip: process.platform !== 'linux' && 'needs /dev/full',
}, async () => {
  const { lines, dropped } = open(openSync('/dev/full', 'w'));
  const line = `${'x'.repeat(999)}\n`;
  for (let i = 0; i < Math.floor(most / line.length); i++) lines.write(line);
  assert.equal(dropped(), 0);
  for (let i = 0; i < 100; i++) lines.write(line);
  assert.ok(dropped() >= 99, `${dropped()} of 100 were dropped`);
  await lines.end();
});
