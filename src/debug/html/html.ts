/** HTML as values: what is put into it is text and stays text, unless it is HTML that was made here. */

const MARKUP = Symbol('markup');

export interface Html {
  readonly [MARKUP]: string;
}

/** What is absent leaves nothing behind. */
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
