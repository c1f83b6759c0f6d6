/** Families that are kept for compatibility: marked as deprecated in HELP, and left out on request. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFullStore } from '../../bench/full-store.ts';
import { TABLES } from '../../docs/generate.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import { newLimits } from '../support/quiet.ts';

const families = TABLES.flatMap((table) => table.families);
const names = families.map(({ name }) => name);
const deprecated = families.filter(({ deprecated }) => deprecated === true);

test('HELP of a deprecated family: names another family that is not deprecated', () => {
  assert.ok(deprecated.length > 0);
  for (const { name, help } of families) {
    const instead = /^Deprecated: use (\w+)/.exec(help)?.[1];
    const isDeprecated = deprecated.some((family) => family.name === name);
    assert.equal(instead !== undefined, isDeprecated, name);
    if (instead !== undefined)
      assert.ok(names.includes(instead) && !deprecated.some((family) => family.name === instead), instead);
  }
});

test('deprecated families left out: all other lines stay the same', async () => {
  const { store } = createFullStore(3);
  const view = store.view();
  const linesWith = async (included: boolean) => {
    const exposition = createExposition(newLimits(), { processMetrics: false, deprecated: included });
    return String(await exposition.render(view)).split('\n');
  };
  const all = await linesWith(true);
  const isDeprecated = (line: string) =>
    deprecated.some(({ name }) => new RegExp(`\\b${name}\\b`).test(line));
  const others = all.filter((line) => !isDeprecated(line));
  assert.ok(all.length > others.length + deprecated.length * 2, 'the deprecated families have series');
  assert.deepEqual(await linesWith(false), others);
});
