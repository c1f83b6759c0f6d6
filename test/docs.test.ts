/** The generated documentation matches the code. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { budgetPage } from '../docs/budget-model.ts';
import { metricsMarkdown, SECTIONS, withSection } from '../docs/generate.ts';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

test('METRICS.md is up to date', () => {
  assert.equal(read('METRICS.md'), metricsMarkdown(), 'run: npm run docs');
});

test('docs/budget.md is up to date', () => {
  assert.equal(read('docs/budget.md'), budgetPage(), 'run: npm run docs');
});

for (const section of SECTIONS) {
  test(`the table of ${section.name} in ${section.page} is up to date`, () => {
    const page = read(section.page);
    assert.ok(page.includes(`<!-- ${section.name} -->\n|`), 'the page has the table');
    assert.equal(page, withSection(page, section), 'run: npm run docs');
  });
}
