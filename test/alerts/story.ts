/** The common start of all alert trials, and their queries. */

import { moveVolume } from '../../simulator/index.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { judgeAll, type Query, type Trial } from './rules.ts';
import { type Trouble, VOLUME } from './troubles.ts';

/** A healthy cluster. */
export function wellFleet(): Fleet {
  const fleet = createFleet({ volumes: 4, nodes: 4, backups: 12 });
  moveVolume(fleet.cluster, VOLUME, 'node-1');
  return fleet;
}

/** Runs until the trouble has begun; returns the minute in which it did. */
export async function begin(trouble: Trouble, fleet = wellFleet()): Promise<{ fleet: Fleet; since: number }> {
  await fleet.stay(trouble.lead ?? 10);
  await trouble.begin(fleet);
  return { fleet, since: fleet.minute };
}

/** For an alert that takes hours, one evaluation every five minutes is enough. */
export const every = ({ pending }: Trouble): number => (pending < 300 ? 1 : 5);

/** How many of the trouble's own alerts fire: the trouble can affect other volumes too. */
export function firing({ alert, labels }: Trouble, at: number, count: number): Query {
  const own = { alertname: alert, alertstate: 'firing', ...labels };
  const matchers = Object.entries(own).map(([name, value]) => `${name}="${value}"`);
  return { at, query: `count(ALERTS{${matchers.join()}})`, gives: count === 0 ? {} : { '{}': count } };
}

/** promtool's result for each trouble, by the name of its alert; the first caller runs all of them at once. */
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
