/** Reads the parts of `manifests/dashboard.json` that tests need. */

import { readFileSync } from 'node:fs';
import { manifest } from '../support/prometheus.ts';

export interface Link {
  readonly title: string;
  readonly url: string;
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant: boolean;
  readonly range: boolean;
  readonly datasource: unknown;
}

interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** A panel that shows data, not the title of a row. */
export interface Chart extends Panel {
  readonly maxDataPoints?: number;
  readonly description: string;
  readonly datasource: unknown;
  readonly targets: readonly Target[];
  readonly links?: readonly Link[];
  readonly transformations?: readonly { readonly id: string; readonly options: Record<string, object> }[];
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly mappings?: readonly unknown[];
      readonly links?: readonly Link[];
    };
    readonly overrides: readonly Override[];
  };
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly multi: boolean;
  readonly refresh: number;
  readonly definition?: string;
  readonly allValue?: string;
  readonly datasource?: unknown;
}

export interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly panels: readonly (Panel | Chart)[];
  readonly templating: { readonly list: readonly Variable[] };
}

export const TEXT = readFileSync(manifest('dashboard.json'), 'utf8');
export const DASHBOARD: Dashboard = JSON.parse(TEXT);

export const isChart = (panel: Panel | Chart): panel is Chart => panel.type !== 'row';
export const CHARTS = DASHBOARD.panels.filter(isChart);

/** Every query, with the title of its panel. */
export const QUERIES = CHARTS.flatMap(({ title, targets }) =>
  targets.map(({ refId, expr }) => ({ where: `${title} (${refId})`, expr })),
);

/** The queries that fill the variables. */
export const VARIABLES = DASHBOARD.templating.list.flatMap(({ name, definition }) =>
  definition === undefined ? [] : [{ where: `$${name}`, expr: definition }],
);

/** A query as Grafana sends it when everything is selected. */
export const asGrafanaSends = (expr: string, range: string, rateInterval: string): string =>
  expr
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', range)
    .replace(/\$(cluster|job|namespace|volume)\b/g, '.*');

/** The selectors in a query: a family with its matchers, if it has any. */
export const selectorsIn = (expr: string): string[] =>
  [...expr.matchAll(/\b(?:(?:longhorn|process|nodejs)_\w+|up)\b(?:\{[^}]*\})?/g)].map(([all]) => all);
