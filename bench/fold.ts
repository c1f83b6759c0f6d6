/** Compares folding a message in which one volume in a hundred changed with JSON.parse of the whole message plus the same fold. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster } from '../simulator/index.ts';
import { createWire, listText } from '../simulator/wire.ts';
import { changingLists } from './lists.ts';

export interface FoldResult {
  readonly megabytes: number;
  /** Median milliseconds per message. */
  readonly ours: number;
  readonly baseline: number;
}

const MEASURE = new URL('fold-measure.ts', import.meta.url).pathname;

/** Creates the messages here, and measures each variant in a separate process, whose heap contains nothing else. */
export function measureFold(volumes: number, messages: number): FoldResult {
  const cluster = createCluster({ volumes, nodes: 10, backups: volumes * 3 });
  const next = changingLists(listText(createWire(cluster, 'http://10.42.0.1:9500').list('volumes', '5s')));
  const folder = mkdtempSync(join(tmpdir(), 'bench-fold-'));
  try {
    for (let index = 0; index < messages; index++) writeFileSync(join(folder, `${index}.json`), next());
    const ours = measure('ours', folder, messages);
    const baseline = measure('baseline', folder, messages);
    if (ours.volumes !== baseline.volumes) throw new Error('the two variants disagree');
    const megabytes = readFileSync(join(folder, '0.json')).length / 1e6;
    return { megabytes, ours: ours.ms, baseline: baseline.ms };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(variant: string, folder: string, messages: number): { ms: number; volumes: number } {
  const args = ['--expose-gc', '--import', 'tsx', MEASURE, variant, folder, String(messages)];
  const { stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(stdout) as { ms: number; volumes: number };
}
