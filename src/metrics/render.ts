/** Renders tables in the Prometheus text format 0.0.4. */

import type { Time } from '../clock.ts';
import type { Family, Table } from './family.ts';

/**
 * The text of one table: HELP and TYPE of each metric, then its series. A metric without series keeps its HELP, so that
 * it can be found. A value that is undefined or not finite is omitted.
 */
export function renderTable<T>(table: Table<T>, objects: readonly T[], now: Time): string {
  const identities = objects.map((object) => renderLabels(table.labels, table.identify(object)));
  let text = '';
  for (const family of table.families)
    text += renderHead(family) + renderSeries(family, objects, identities, now);
  return text;
}

const renderHead = <T>({ name, type, help }: Family<T>): string =>
  `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;

function renderSeries<T>(
  family: Family<T>,
  objects: readonly T[],
  identities: readonly string[],
  now: Time,
): string {
  const { name } = family;
  let text = '';
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index] as T;
    const identity = identities[index] ?? '';
    if ('value' in family) {
      text += renderSample(name, identity, family.value(object, now));
      continue;
    }
    for (const [value, ...labels] of family.samples(object, now)) {
      text += renderSample(name, renderLabels(family.labels, labels, identity), value);
    }
  }
  return text;
}

function renderSample(name: string, labels: string, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '';
  return labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
}

function renderLabels(names: readonly string[], values: readonly string[], first = ''): string {
  let text = first;
  for (const [index, name] of names.entries()) {
    if (text !== '') text += ',';
    text += `${name}="${escapeLabel(values[index] ?? '')}"`;
  }
  return text;
}

const escapeLabel = (value: string): string =>
  /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;

const escapeHelp = (help: string): string => help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
