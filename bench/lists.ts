/** Messages that follow each other: lists of the same volumes of which one in a hundred has changed. */

export function changedLists(list: string, count: number): Buffer[] {
  const { data, ...envelope } = JSON.parse(list) as { data: Record<string, unknown>[] };
  return Array.from({ length: count }, (_, turn) => {
    const changed = data.map((volume, index) =>
      index % 100 === turn % 100
        ? { ...volume, robustness: 'degraded', lastBackup: `backup-${turn}` }
        : volume,
    );
    // Keys are sorted in what the manager sends.
    return Buffer.from(`${JSON.stringify({ createTypes: {}, data: changed, ...envelope })}\n`);
  });
}
