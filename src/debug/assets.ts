/** The static files of the debug pages and the runbooks, read from the source folders. */

import { readdirSync, readFileSync } from 'node:fs';

const textOf = (file: string): string => readFileSync(new URL(`browser/${file}`, import.meta.url), 'utf8');

const RUNBOOK_FOLDER = new URL('../../docs/runbooks/', import.meta.url);

/** By alert name. */
export const RUNBOOKS: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(RUNBOOK_FOLDER)
    .filter((file) => file !== 'README.md')
    .sort()
    .map((file) => [file.replace(/\.md$/, ''), readFileSync(new URL(file, RUNBOOK_FOLDER), 'utf8')]),
);

export const SCRIPT = textOf('page.js');
export const STYLE = textOf('page.css');
export const ICON = textOf('icon.svg');
