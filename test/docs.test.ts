/** The generated documentation is what the code says. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { budgetPage } from '../docs/budget-model.ts';
import { metricsMarkdown, withSettings } from '../docs/generate.ts';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

test('METRICS.md is up to date', () => {
  assert.equal(read('METRICS.md'), metricsMarkdown(), 'run: npm run docs');
});

test('docs/budget.md is up to date', () => {
  assert.equal(read('docs/budget.md'), budgetPage(), 'run: npm run docs');
});

test("the README's table of settings is up to date", () => {
  const readme = read('README.md');
  assert.match(readme, /<!-- settings -->\n\| Variable/);
  assert.equal(readme, withSettings(readme), 'run: npm run docs');
});
