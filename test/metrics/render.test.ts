import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { text } from '../../src/longhorn/read.ts';
import type { Family, Sample, Table } from '../../src/metrics/family.ts';
import { renderTable } from '../../src/metrics/render.ts';
import { at } from '../support/facts.ts';

interface Thing {
  readonly name: string;
  readonly value: number | undefined;
}

const single: Family<Thing> = { name: 'thing', type: 'gauge', help: 'A thing.', value: ({ value }) => value };
const labelled: Family<Thing> = {
  name: 'thing_parts',
  type: 'counter',
  help: 'Its parts.',
  labels: ['part'],
  samples: ({ value }): Sample[] => [
    [value, 'whole'],
    [undefined, 'nothing'],
  ],
};

const tableOf = (...families: Family<Thing>[]): Table<Thing> => ({
  title: 'Things',
  intro: '',
  labels: ['name'],
  identify: ({ name }) => [name],
  families,
});

const render = (table: Table<Thing>, ...things: Thing[]) => renderTable(table, things, at(0));

/** Reads the series of an exposition as Prometheus does. */
function parse(exposition: string) {
  const lines = exposition.split('\n');
  assert.equal(lines.pop(), '');
  return lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] =
        /^(\w+)(?:\{((?:\w+="(?:[^"\\]|\\[\\"n])*",?)*)\})? (\S+)$/.exec(line) ?? [];
      assert.ok(name !== undefined && value !== undefined, `not a series: ${line}`);
      const pairs = labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
      return {
        name,
        value: Number(value),
        labels: Object.fromEntries([...pairs].map(([, key = '', raw = '']) => [key, unescapeLabel(raw)])),
      };
    });
}

const unescapeLabel = (raw: string): string =>
  raw.replace(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char));

describe('Exposition of a table', () => {
  test('two families: HELP and TYPE of each once, then its series', () => {
    assert.equal(
      render(tableOf(single, labelled), { name: 'a', value: 1 }, { name: 'b', value: 2.5 }),
      `# HELP thing A thing.
# TYPE thing gauge
thing{name="a"} 1
thing{name="b"} 2.5
# HELP thing_parts Its parts.
# TYPE thing_parts counter
thing_parts{name="a",part="whole"} 1
thing_parts{name="b",part="whole"} 2.5
`,
    );
  });

  test('no series: HELP and TYPE only', () => {
    assert.equal(render(tableOf(single)), '# HELP thing A thing.\n# TYPE thing gauge\n');
  });

  test('no labels: no braces', () => {
    const table = { ...tableOf(single), labels: [], identify: () => [] };
    assert.match(render(table, { name: 'a', value: 1 }), /^thing 1$/m);
  });

  test('empty label value: written', () => {
    assert.match(render(tableOf(single), { name: '', value: 1 }), /^thing\{name=""\} 1$/m);
  });

  for (const unknown of [undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    test(`value ${unknown}: no series`, () => {
      assert.deepEqual(parse(render(tableOf(single, labelled), { name: 'a', value: unknown })), []);
    });
  }

  const values: [value: number, written: string][] = [
    [0, '0'],
    [-0, '0'],
    [-1.5, '-1.5'],
    [1_795_237_812.5, '1795237812.5'],
    [1e21, '1e+21'],
    [5e-7, '5e-7'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ];
  for (const [value, written] of values) {
    test(`value ${Object.is(value, -0) ? '-0' : value}: written as ${written}`, () => {
      const rendered = render(tableOf(single), { name: 'a', value });
      assert.ok(rendered.endsWith(`} ${written}\n`), rendered);
    });
  }

  test('HELP with a backslash and a line break: both escaped', () => {
    const family: Family<Thing> = { ...single, help: 'Back\\slash and\nline, "quoted".' };
    assert.ok(render(tableOf(family)).startsWith('# HELP thing Back\\\\slash and\\nline, "quoted".\n'));
  });
});

describe('Label values', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '\r', 'n', '{', '}', ',', '=', ' ', '\u2028', '🐮', '\0'),
    }),
  );
  const things = fc.uniqueArray(
    fc.record({ name: anyText, value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
    {
      selector: ({ name }) => name,
    },
  );

  test('any text: read back unchanged, and no series twice', () => {
    fc.assert(
      fc.property(things, (all) => {
        const rendered = render(tableOf(single, labelled), ...all);
        const series = parse(rendered);
        // Prometheus does not distinguish negative zero from zero.
        const value = (thing: { value: number }) => thing.value + 0;
        assert.deepEqual(series, [
          ...all.map((each) => ({ name: 'thing', labels: { name: each.name }, value: value(each) })),
          ...all.map((each) => ({
            name: 'thing_parts',
            labels: { name: each.name, part: 'whole' },
            value: value(each),
          })),
        ]);
        const written = rendered
          .split('\n')
          .filter((line) => line.startsWith('thing'))
          .map((line) => line.slice(0, line.lastIndexOf(' ')));
        assert.equal(new Set(written).size, written.length);
      }),
      { numRuns: 500 },
    );
  });

  test('text from JSON with lone surrogates: unchanged by UTF-8', () => {
    const unit = fc.constantFrom('\ud800', '\udc00', 'a', '"', '\\', '\n', '🐮');
    fc.assert(
      fc.property(fc.string({ unit }), (raw) => {
        const name = text(JSON.parse(JSON.stringify(raw)));
        const sent = Buffer.from(render(tableOf(single), { name, value: 1 })).toString();
        assert.deepEqual(parse(sent), [{ name: 'thing', labels: { name }, value: 1 }]);
      }),
    );
  });
});
