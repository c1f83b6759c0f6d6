/** The beginning that all trials of alerts have in common, and what they ask. */

import { moveVolume } from '../../simulator/index.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { judgeAll, type Query, type Trial } from './rules.ts';
import { type Trouble, VOLUME } from './troubles.ts';

/** A cluster that is well. */
export function wellFleet(): Fleet {
  const fleet = createFleet({ volumes: 4, nodes: 4, backups: 12 });
  moveVolume(fleet.cluster, VOLUME, 'node-1');
  return fleet;
}

/** Until the trouble has begun; gives the minute in which it did. */
export async function begin(trouble: Trouble, fleet = wellFleet()): Promise<{ fleet: Fleet; since: number }> {
  await fleet.stay(trouble.lead ?? 10);
  await trouble.begin(fleet);
  return { fleet, since: fleet.minute };
}

/** Where an alert takes hours, seeing to it every five minutes is enough. */
export const every = ({ pending }: Trouble): number => (pending < 300 ? 1 : 5);

/** How many there are of the trouble's own alert: other volumes may be in trouble through it, too. */
export function firing({ alert, labels }: Trouble, at: number, count: number): Query {
  const own = { alertname: alert, alertstate: 'firing', ...labels };
  const matchers = Object.entries(own).map(([name, value]) => `${name}="${value}"`);
  return { at, query: `count(ALERTS{${matchers.join()}})`, gives: count === 0 ? {} : { '{}': count } };
}

/** What promtool says of each trouble, by the name of its alert; all are judged in one run, by the first test that asks. */
export function verdictsOf(
  troubles: readonly Trouble[],
  trial: (trouble: Trouble) => Promise<Trial>,
): () => Promise<ReadonlyMap<string, string>> {
  const judged = async () => {
    const trials = new Map<string, Trial>();
    for (const trouble of troubles) trials.set(trouble.alert, await trial(trouble));
    return judgeAll(trials);
  };
  let verdicts: ReturnType<typeof judged> | undefined;
  return () => {
    verdicts ??= judged();
    return verdicts;
  };
}
