/** The command line of the demo. */

import { parseArgs } from 'node:util';

export const USAGE = `npm run demo -- [--nodes 3] [--volumes 12] [--backups 24] [--port 9265] [--seed 1] [--prometheus]

  --nodes N     run N managers with one exporter each, which share the volumes (1: one exporter serves all)
  --volumes N   number of volumes at the start
  --backups N   number of backups at the start
  --port N      port of the first exporter; the others use the next ones
  --seed N      seed of the random events
  --prometheus  also run Prometheus with our alerts; it must be installed
  --prometheus-port N   its port
`;

export interface Options {
  readonly nodes: number;
  readonly volumes: number;
  readonly backups: number;
  readonly port: number;
  readonly seed: number;
  /** Undefined: no Prometheus. */
  readonly prometheusPort: number | undefined;
}

/** The options, or the exit code to use after printing the usage text. */
export function readOptions(): Options | 0 | 2 {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '1' },
      volumes: { type: 'string', default: '12' },
      backups: { type: 'string', default: '24' },
      port: { type: 'string', default: '9265' },
      seed: { type: 'string', default: '1' },
      prometheus: { type: 'boolean', default: false },
      'prometheus-port': { type: 'string', default: '9090' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 0;
  const { nodes, volumes, backups, port, seed } = values;
  const numbers = [nodes, volumes, backups, port, seed, values['prometheus-port']].map(Number);
  const minimums = [1, 1, 0, 1, -Infinity, 1];
  const valid = numbers.every(
    (number, index) => Number.isInteger(number) && number >= (minimums[index] ?? 0),
  );
  if (!valid) return 2;
  return {
    nodes: Number(nodes),
    volumes: Number(volumes),
    backups: Number(backups),
    port: Number(port),
    seed: Number(seed),
    prometheusPort: values.prometheus ? Number(values['prometheus-port']) : undefined,
  };
}
