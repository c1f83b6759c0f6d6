/** Renders tables in Prometheus' text format 0.0.4, and keeps the text of what has not changed since. */

import { type Time, toWall } from '../clock.ts';
import type { Family, Table } from './family.ts';

/** The text of so many objects is kept together: one that changes costs no more than this. */
const BLOCK = 16;

/** Some objects of a table, and their series, family by family. */
interface Block<T> {
  readonly objects: readonly T[];
  readonly texts: readonly Buffer[];
}

/**
 * A renderer of one table: objects in, text out, in pieces. Each family's HELP and TYPE come once, then its series; a family
 * without series keeps its head, so that it can be found. Objects are compared by reference: the same object is
 * taken to have the same series for as long as the two clocks stand to each other as they do.
 */
export function createRenderer<T>(table: Table<T>): (objects: readonly T[], now: Time) => Buffer[] {
  const heads = table.families.map((family) => Buffer.from(renderHead(family)));
  let blocks: readonly Block<T>[] = [];
  let offset = Number.NaN;

  return (objects, now) => {
    const known = toWall(0, now) === offset ? blocks : [];
    offset = toWall(0, now);
    blocks = Array.from({ length: Math.ceil(objects.length / BLOCK) }, (_, index) => {
      const own = objects.slice(index * BLOCK, (index + 1) * BLOCK);
      const last = known[index];
      return last !== undefined && sameObjects(last.objects, own) ? last : renderBlock(table, own, now);
    });
    return heads.flatMap((head, index) => [head, ...blocks.map(({ texts }) => texts[index] ?? NOTHING)]);
  };
}

const NOTHING = Buffer.alloc(0);

const sameObjects = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((object, index) => object === b[index]);

function renderBlock<T>(table: Table<T>, objects: readonly T[], now: Time): Block<T> {
  const identities = objects.map((object) => renderLabels(table.labels, table.identify(object)));
  const texts = table.families.map((family) => Buffer.from(renderSeries(family, objects, identities, now)));
  return { objects, texts };
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
