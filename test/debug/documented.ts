/** Reads docs/debugging.md: its tables of fields and its examples. */

import { readFileSync } from 'node:fs';

const PAGE = new URL('../../docs/debugging.md', import.meta.url);
export const TEXT = readFileSync(PAGE, 'utf8');

export interface Field {
  readonly type: string;
  readonly always: boolean;
}

/** The text under a heading, up to the next one. */
export function section(title: string): string {
  const [, rest] = TEXT.split(new RegExp(`^#+ ${title}$`, 'm'));
  if (rest === undefined) throw new Error(`no section ${title}`);
  return rest.split(/^#/m)[0] ?? '';
}

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The cells of each row of the tables under a heading, without the header rows. */
export const rows = (title: string): string[][] =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map(cells);

const code = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);

/** The first table of fields under a heading. */
export function fields(title: string): ReadonlyMap<string, Field> {
  const [table = ''] = section(title)
    .split('\n\n')
    .filter((part) => part.startsWith('| Field |'));
  return new Map(
    table
      .split('\n')
      .slice(2)
      .map((line) => {
        const [name, type = '', always] = cells(line);
        return [code(name)[0] ?? '', { type, always: always === 'yes' }];
      }),
  );
}

/** The types of events, each with its own fields. */
export function eventTypes(): ReadonlyMap<string, readonly string[]> {
  const [table = ''] = section('Event')
    .split('\n\n')
    .filter((part) => part.startsWith('| Type |'));
  return new Map(
    table
      .split('\n')
      .slice(2)
      .map((line) => {
        const [type, ownFields] = cells(line);
        return [code(type)[0] ?? '', code(ownFields)];
      }),
  );
}

const examplesIn = (text: string): string[] => text.split('\n').filter((line) => /^curl .*\| jq /.test(line));

/** The commands that query the exporter. */
export const examples = (): string[] => examplesIn(TEXT);
export const drainExamples = (): string[] => examplesIn(readFileSync(new URL('drain.md', PAGE), 'utf8'));
