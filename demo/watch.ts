/** The demo's Prometheus: it watches the exporters as it would in a cluster, with our alerts. */

import { startPrometheus } from './prometheus.ts';
import { prometheusConfig, RULE_FILES, shippedJob, type Target, withTargets } from './scrape.ts';

/** Shorter than the 30 s of a cluster, so that what happens shows soon. */
const INTERVAL = '5s';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Returns how to stop it; when there is none to be had it says why, and returns undefined. */
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
    let stopping = false;
    void prometheus.ended.then((why) => {
      if (!stopping) say(`Prometheus has ended: ${why}. The rest goes on without it.`);
    });
    return () => {
      stopping = true;
      return prometheus.stop();
    };
  } catch (error) {
    if (isMissing(error)) {
      say(
        'Prometheus is not installed: `apt install prometheus` (Debian), `brew install prometheus`, or https://prometheus.io/download/ with its folder in PATH.',
      );
    } else {
      say(`Prometheus does not start: ${error instanceof Error ? error.message : error}`);
      say('When its port is taken, --prometheus-port N takes another one.');
    }
    return undefined;
  }
}

export const addresses = (port: number): string => `
http://localhost:${port}/alerts has the alerts. They are as shipped: first pending, for minutes or hours (\`for\`),
  then firing. Prometheus scrapes every ${INTERVAL}; in a cluster it does every 30s.
http://localhost:${port}/graph answers queries, for instance: longhorn_volume_degraded == 1
For the dashboard, import manifests/dashboard.json in a Grafana with the data source http://localhost:${port}
`;
