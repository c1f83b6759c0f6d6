/** Whether an Accept header asks for JSON rather than for a page. */

/** How much a type is wanted, and how exactly it is named. */
function wanted(accept: string, type: string): readonly [quality: number, exactness: number] {
  const group = type.replace(/\/.*/, '/*');
  let best: readonly [number, number] = [0, -1];
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
    const exactness = ['*/*', group, type].indexOf(name);
    if (exactness <= best[1]) continue;
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1;
    best = [Number(quality), exactness];
  }
  return best;
}

/** Of two that are wanted alike, the one that is named; `curl` and an absent header want anything and get the page. */
export function prefersJson(accept: string): boolean {
  const [json, exactly] = wanted(accept, 'application/json');
  const [page, alsoExactly] = wanted(accept, 'text/html');
  return json > page || (json === page && exactly > alsoExactly);
}
