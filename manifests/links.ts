/** Adds links to the project to the rules, the dashboard and the Dockerfile, or removes them. */

import { fileUrl, runbookUrl } from './home.ts';

/** The rules with `runbook_url` as the first annotation of each alert. */
export function rulesWithLinks(rulesYaml: string, home: string): string {
  const bare = rulesYaml.replace(/^ *runbook_url: .*\n/gm, '');
  if (home === '') return bare;
  return bare.replace(
    /^ *- alert: (\w+)\n[\s\S]*?^( *)annotations:\n/gm,
    (rule, alert: string, indent: string) => `${rule}${indent}  runbook_url: ${runbookUrl(home, alert)}\n`,
  );
}

interface Link {
  readonly title: string;
  readonly url: string;
  readonly targetBlank: true;
}

interface Panel {
  readonly type: string;
  readonly description?: string;
  readonly fieldConfig?: { readonly defaults: object };
}

export interface Dashboard {
  readonly panels: readonly Panel[];
}

/** The dashboard with a link to the runbook of each alert named in a panel description. */
export function dashboardWithLinks<T extends Dashboard>(dashboard: T, home: string): T {
  const alertsOf = ({ description = '' }: Panel) => description.match(/\bLonghorn[A-Z]\w+/g) ?? [];
  const link = (title: string, url: string): Link => ({ title, url, targetBlank: true });
  const linked = (object: object, links: readonly Link[]): object => {
    const { links: _, ...rest } = object as { links?: unknown };
    return links.length === 0 ? rest : { ...rest, links };
  };
  const panel = (panel: Panel): object => {
    const links = home === '' ? [] : alertsOf(panel).map((alert) => link(alert, runbookUrl(home, alert)));
    // A click on a stat panel follows its link; other panels show theirs in the corner.
    if (panel.type !== 'stat' || panel.fieldConfig === undefined) return linked(panel, links);
    const defaults = linked(panel.fieldConfig.defaults, links);
    return { ...panel, fieldConfig: { ...panel.fieldConfig, defaults } };
  };
  const top = [
    link('Runbooks', fileUrl(home, 'docs/runbooks')),
    link('Metrics', fileUrl(home, 'METRICS.md')),
  ].map((each) => ({ type: 'link', icon: 'doc', tags: [], ...each }));
  return { ...dashboard, links: home === '' ? [] : top, panels: dashboard.panels.map(panel) } as T;
}

/** The Dockerfile with a label that names the source, after the other labels. */
export function dockerfileWithLinks(dockerfile: string, home: string): string {
  const bare = dockerfile.replace(/^LABEL org\.opencontainers\.image\.source=.*\n/gm, '');
  if (home === '') return bare;
  return bare.replace(
    /^LABEL (.*\\\n)*.*\n/m,
    (labels) => `${labels}LABEL org.opencontainers.image.source="${home}"\n`,
  );
}
