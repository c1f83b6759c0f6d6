/** The demo's Prometheus: scrapes the exporters as in a cluster, with our alerts. */

import { startPrometheus } from './prometheus.ts';
import { prometheusConfig, RULE_FILES, shippedJob, type Target, withTargets } from './scrape.ts';

/** Shorter than the 30 s of a cluster, so that events show up soon. */
const INTERVAL = '5s';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Returns a function that stops it; if Prometheus cannot be started, says why and returns undefined. */
export async function watch(
  targets: readonly Target[],
  port: number,
  say: (line: string) => void,
): Promise<(() => Promise<void>) | undefined> {
  try {
    const prometheus = await startPrometheus(
      prometheusConfig(INTERVAL, [withTargets(shippedJob(), targets)], RULE_FILES),
      port,
    );
    let isStopping = false;
    void prometheus.ended.then((reason) => {
      if (!isStopping) say(`Prometheus has ended: ${reason}. The demo continues without it.`);
    });
    return () => {
      isStopping = true;
      return prometheus.stop();
    };
  } catch (error) {
    if (isMissing(error)) {
      say(
        'Prometheus is not installed: `apt install prometheus` (Debian), `brew install prometheus`, or https://prometheus.io/download/ with its folder in PATH.',
      );
    } else {
      say(`Prometheus failed to start: ${error instanceof Error ? error.message : error}`);
      say('If its port is taken, use --prometheus-port N for another one.');
    }
    return undefined;
  }
}

export const addresses = (port: number): string => `
http://localhost:${port}/alerts shows the alerts as shipped: first pending, for minutes or hours (\`for\`),
  then firing. Prometheus scrapes every ${INTERVAL}; in a cluster every 30s.
http://localhost:${port}/graph runs queries, for example: longhorn_volume_degraded == 1
For the dashboard, import manifests/dashboard.json in a Grafana with the data source http://localhost:${port}
`;
