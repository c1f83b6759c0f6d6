/** HTML as values: a part is text and stays text, unless it is HTML that was made here. */

const MARKUP = Symbol('markup');

export interface Html {
  readonly [MARKUP]: string;
}

/** Undefined and false leave nothing behind. */
export type Part = string | number | undefined | false | Html | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe between tags and between the quotes of an attribute, and nowhere else. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

function markupOf(part: Part): string {
  if (typeof part === 'string') return escaped(part);
  if (part === undefined || part === false) return '';
  if (typeof part === 'number') return String(part);
  return MARKUP in part ? part[MARKUP] : part.map(markupOf).join('');
}

/** Attributes in it must be quoted. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? '';
  parts.forEach((part, index) => {
    markup += markupOf(part) + strings[index + 1];
  });
  return { [MARKUP]: markup };
}

export const render = (part: Html): string => part[MARKUP];

/**
 * The items with an id each, by which a refresh finds them again wherever they are by then. Items of the same name are
 * numbered from the last, since new ones come first.
 */
export function withIds<T>(items: readonly T[], nameOf: (item: T) => string): { item: T; id: string }[] {
  const counts = new Map<string, number>();
  return items
    .toReversed()
    .map((item) => {
      const name = nameOf(item);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return { item, id: `${name} ${count}` };
    })
    .toReversed();
}

export const volumePath = (name: string): string => `/debug/volumes/${encodeURIComponent(name)}`;
