/** Counts what the fuzz reached, to show its coverage. */

export function createTally() {
  const counts = new Map<string, number>();
  const add = (what: string, by = 1) => void counts.set(what, (counts.get(what) ?? 0) + by);
  return {
    count: (what: string) => add(what),
    add,
    list(bad: number, good: number) {
      add('lists');
      if (bad > 0) add('lists with bad objects');
      add('bad objects', bad);
      add('good objects checked', good);
    },
    event: (type: string) => add(`event ${type}`),
    spared: (series: number) => add('series of spared volumes compared', series),
    get: (what: string) => counts.get(what) ?? 0,
    rows: (): [string, number][] => [...counts].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

export type Tally = ReturnType<typeof createTally>;
