/** Renders tables in Prometheus' text format 0.0.4. */

import type { Time } from '../clock.ts';
import { type Family, labelsOf, samplesOf, type Table } from './family.ts';

/** Each family's HELP and TYPE once, then its series; a family without series keeps its head, so that it can be found. */
export function renderTable<T>(table: Table<T>, objects: readonly T[], now: Time): string {
  const identities = objects.map((object) => renderLabels(table.labels, table.identify(object)));
  let text = '';
  for (const family of table.families) text += renderFamily(family, objects, identities, now);
  return text;
}

function renderFamily<T>(
  family: Family<T>,
  objects: readonly T[],
  identities: readonly string[],
  now: Time,
): string {
  const { name, type, help } = family;
  const labelNames = labelsOf(family);
  let text = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  for (const [index, object] of objects.entries()) {
    for (const [value, ...labelValues] of samplesOf(family, object, now)) {
      if (value === undefined || !Number.isFinite(value)) continue;
      const labels = renderLabels(labelNames, labelValues, identities[index]);
      text += labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
    }
  }
  return text;
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
