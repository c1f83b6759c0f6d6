/** Splits a budget among claims by weight; what one claim does not need goes to the others in the same proportions. */

export interface Claim {
  readonly weight: number;
  /** Use without a limit; never negative. */
  readonly demand: number;
}

/** No claim gets more than its demand, and the sum stays within the budget. */
export function split<K extends string>(
  budget: number,
  claims: Readonly<Record<K, Claim>>,
): Record<K, number> {
  const grants = {} as Record<K, number>;
  let left = budget;
  let weights = 0;
  const byRelativeDemand = (Object.keys(claims) as K[]).sort(
    (a, b) => claims[a].demand / claims[a].weight - claims[b].demand / claims[b].weight,
  );
  for (const key of byRelativeDemand) weights += claims[key].weight;
  // Claims with the smallest demand per weight go first, so that what they leave goes to all others.
  for (const key of byRelativeDemand) {
    const { weight, demand } = claims[key];
    grants[key] = Math.min(demand, (left * weight) / weights);
    left -= grants[key];
    weights -= weight;
  }
  return grants;
}
