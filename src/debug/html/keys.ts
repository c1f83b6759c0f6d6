/** Keys for the items of a list, by which a refresh finds each of them again, wherever it stands by then. */

/** Items of the same name are numbered from the last, since new ones come first. */
export function keyed<T>(items: readonly T[], nameOf: (item: T) => string): { item: T; key: string }[] {
  const counts = new Map<string, number>();
  const withKey = (item: T) => {
    const name = nameOf(item);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { item, key: `${name} ${count}` };
  };
  return [...items].reverse().map(withKey).reverse();
}
