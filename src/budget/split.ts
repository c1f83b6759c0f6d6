/** Splits a budget among claims: each has a right to its weight's share, and what one does not need the others get. */

export interface Claim {
  readonly weight: number;
  /** What it would use if it could; never negative. */
  readonly demand: number;
}

/** Grants in the unit of the budget; no claim gets more than it demands, all together no more than the budget. */
export function split<K extends string>(
  budget: number,
  claims: Readonly<Record<K, Claim>>,
): Record<K, number> {
  const grants = {} as Record<K, number>;
  let open = (Object.keys(claims) as K[]).filter((key) => claims[key].weight > 0);
  for (const key of Object.keys(claims) as K[]) grants[key] = 0;
  let left = budget;
  for (;;) {
    const weights = open.reduce((sum, key) => sum + claims[key].weight, 0);
    const shareOf = (key: K) => (left * claims[key].weight) / weights;
    const modest = open.filter((key) => claims[key].demand <= shareOf(key));
    if (modest.length === 0) {
      for (const key of open) grants[key] = shareOf(key);
      return grants;
    }
    for (const key of modest) grants[key] = claims[key].demand;
    left -= modest.reduce((sum, key) => sum + claims[key].demand, 0);
    open = open.filter((key) => !modest.includes(key));
    if (open.length === 0) return grants;
  }
}
