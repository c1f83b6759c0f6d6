/** Families that are kept for compatibility: marked so in their HELP, and left out on request. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFullStore } from '../../bench/full-store.ts';
import { TABLES } from '../../docs/generate.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import { newLimits } from '../support/quiet.ts';

const families = TABLES.flatMap((table) => table.families);
const names = families.map(({ name }) => name);
const deprecated = families.filter(({ deprecated }) => deprecated === true);

test('a deprecated family says so, and names one that is not deprecated instead', () => {
  assert.ok(deprecated.length > 0);
  for (const { name, help } of families) {
    const instead = /^Deprecated: use (\w+)/.exec(help)?.[1];
    const isDeprecated = deprecated.some((family) => family.name === name);
    assert.equal(instead !== undefined, isDeprecated, name);
    if (instead !== undefined)
      assert.ok(names.includes(instead) && !deprecated.some((family) => family.name === instead), instead);
  }
});

test('left out: all other lines stay as they are', async () => {
  const { store } = createFullStore(3);
  const view = store.view();
  const linesWith = async (shown: boolean) => {
    const exposition = createExposition(newLimits(), { processMetrics: false, deprecated: shown });
    return String(await exposition.render(view)).split('\n');
  };
  const all = await linesWith(true);
  const isDeprecated = (line: string) =>
    deprecated.some(({ name }) => new RegExp(`\\b${name}\\b`).test(line));
  const others = all.filter((line) => !isDeprecated(line));
  assert.ok(all.length > others.length + deprecated.length * 2, 'there are series of them');
  assert.deepEqual(await linesWith(false), others);
});
