/** Makes one mutated message from the cluster's state; most are still lists, so that they reach the fold. */

import type { StreamName } from '../../src/longhorn/streams.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { mutateBytes, splice, truncate } from './bytes.ts';
import type { Cluster, ClusterObject } from './cluster.ts';
import type { Dice } from './dice.ts';
import { encode, NAMES, rawToken } from './nasty.ts';
import { mutateObject, rename } from './objects.ts';
import { CLUSTERS, EMPTY, VERSIONS } from './recordings.ts';

interface Draft {
  readonly stream: StreamName;
  readonly elements: { text: string; spared: boolean }[];
  head: string;
  tail: string;
}

const bytesOf = ({ head, elements, tail }: Draft): Buffer =>
  encode(head + elements.map(({ text }) => text).join(',') + tail);

const existing = (objects: readonly ClusterObject[]): Draft['elements'] =>
  objects.flatMap(({ text, spared }) => (text === undefined ? [] : [{ text, spared }]));

const draftOf = (cluster: Cluster, stream: StreamName): Draft => ({
  stream,
  elements: existing(cluster.objects(stream)),
  head: cluster.envelopes[stream].head,
  tail: cluster.envelopes[stream].tail,
});

export interface MutatedMessage {
  readonly bytes: Buffer;
  /** The kind of mutation, for the summary. */
  readonly how: string;
}

export function makeMessage(cluster: Cluster, stream: StreamName, dice: Dice): MutatedMessage {
  const draft = draftOf(cluster, stream);
  const how = dice.weighted([
    [5, 'none'],
    [1, 'recorded'],
    [66, 'objects'],
    [14, 'bytes of an object'],
    [5, 'bytes anywhere'],
    [1, 'cut off'],
    [3, 'spliced'],
    [5, 'envelope'],
  ] as const);
  switch (how) {
    case 'none':
      return { how, bytes: bytesOf(draft) };
    case 'recorded':
      return { how, bytes: recordedMessage(stream, dice) };
    case 'objects':
      mutateList(draft, 1 + dice.below(4), dice);
      return { how, bytes: bytesOf(draft) };
    case 'bytes of an object':
      mutateList(draft, dice.below(2), dice);
      return { how, bytes: damageOne(draft, dice) };
    case 'bytes anywhere':
      return { how, bytes: mutateBytes(bytesOf(draft), dice) };
    case 'cut off':
      return { how, bytes: truncate(bytesOf(draft), dice) };
    case 'spliced': {
      const other = dice.chance(0.5)
        ? recordedMessage(stream, dice)
        : bytesOf(draftOf(cluster, dice.pick(STREAMS)));
      return { how, bytes: splice(bytesOf(draft), other, dice) };
    }
    case 'envelope':
      mutateEnvelope(draft, dice);
      return { how, bytes: bytesOf(draft) };
  }
}

function recordedMessage(stream: StreamName, dice: Dice): Buffer {
  const { head, elements, tail } = (dice.chance(0.3) ? EMPTY : CLUSTERS)[dice.pick(VERSIONS)][stream];
  return Buffer.from(head + elements.join(',') + tail);
}

/** The index of an element that may be mutated; -1 if all are spared. */
function pickMutable({ elements }: Draft, dice: Dice): number {
  const indexes = elements.flatMap(({ spared }, index) => (spared ? [] : [index]));
  return indexes.length === 0 ? -1 : dice.pick(indexes);
}

const JUNK = [
  'null',
  '1',
  '""',
  '"pvc-aa01"',
  '[]',
  '{}',
  '{"name":""}',
  '{"name":null}',
  '{"name":"x"}',
  '[{}]',
  '',
];

function mutateList(draft: Draft, times: number, dice: Dice): void {
  for (; times > 0; times--) mutateListOnce(draft, dice);
}

function mutateListOnce(draft: Draft, dice: Dice): void {
  const { elements, stream } = draft;
  const at = pickMutable(draft, dice);
  const element = elements[at];
  const any = elements.length === 0 ? undefined : dice.pick(elements);
  const edit = (to: (text: string) => string) => {
    if (element !== undefined) element.text = tryMutate(to, element.text);
  };
  const mutated = (text: string) => mutateObject(text, stream, dice);
  const renamed = (text: string) => rename(text, dice.pick(NAMES));
  const insert = (text: string) =>
    elements.splice(dice.below(elements.length + 1), 0, { text, spared: false });
  /** Appended, because the first element with a name counts. */
  const duplicate = (to: (text: string) => string) =>
    any && elements.push({ text: tryMutate(to, any.text), spared: false });
  const spaces = ['', ' ', '\n', '\r\n\t', '\n\n'];
  dice.weighted<() => unknown>([
    [12, () => edit(mutated)],
    [2, () => edit(renamed)],
    [1, () => element && insert(tryMutate(renamed, element.text))],
    [1, () => duplicate((text) => text)],
    [1, () => duplicate(mutated)],
    [1, () => element && elements.splice(at, 1)],
    [1, () => elements.reverse()],
    [1, () => elements.splice(dice.below(elements.length + 1), 0, ...elements.splice(0, 1))],
    [1, () => insert(dice.pick(JUNK))],
    [1, () => insert(rawToken(dice))],
    [1, () => insert(dice.pick(CLUSTERS[dice.pick(VERSIONS)][dice.pick(STREAMS)].elements))],
    [1, () => edit((text) => dice.pick(spaces) + text + dice.pick(spaces))],
  ])();
}

/** An earlier mutation may have made the text invalid JSON; then it is left unchanged. */
function tryMutate(mutate: (text: string) => string, text: string): string {
  try {
    return mutate(text);
  } catch {
    return text;
  }
}

/** Damages bytes within one element; all others are unchanged. */
function damageOne(draft: Draft, dice: Dice): Buffer {
  const at = pickMutable(draft, dice);
  const element = draft.elements[at];
  if (element === undefined) return bytesOf(draft);
  let bytes = encode(element.text);
  for (let times = 1 + dice.below(3); times > 0; times--) bytes = mutateBytes(bytes, dice);
  const before = draft.elements.slice(0, at).map(({ text }) => `${text},`);
  const after = draft.elements.slice(at + 1).map(({ text }) => `,${text}`);
  return Buffer.concat([encode(draft.head + before.join('')), bytes, encode(after.join('') + draft.tail)]);
}

function mutateEnvelope(draft: Draft, dice: Dice): void {
  const head = (from: string | RegExp, to: string) => {
    draft.head = draft.head.replace(from, () => to);
  };
  const tail = (from: string | RegExp, to: string) => {
    draft.tail = draft.tail.replace(from, () => to);
  };
  const key = () => `${JSON.stringify(dice.pick(NAMES))}:${rawToken(dice)}`;
  const removeList = () => {
    draft.elements.length = 0;
    head(/\[$/, '');
    tail(/^\]/, dice.pick(['null', '{}', '""', '0']));
  };
  dice.weighted<() => void>([
    // Still a list.
    [3, () => head('{', `{${key()},`)],
    [2, () => tail(/\}\s*$/, `,${key()}}`)],
    [1, () => head(/\{(.*):\[/s, ` \r\n\t{"a":[[]], "type" : 1 ,"data" :\n[`)],
    [1, () => tail(/\s*$/, ' \n\r\n')],
    [1, () => tail('"type":"collection"', '"type":"nothing","type":"collection"')],
    [1, () => tail(/"links":\{[^}]*\}/, `"links":${rawToken(dice)}`)],
    // Not a list, or an empty one.
    [1, () => head(/^/, '\ufeff')],
    [1, () => head('"data"', dice.pick(['"Data"', '"d\\u0061ta"', '"date"', 'data']))],
    [1, () => tail(/^\]/, `],"data":${dice.pick(['[]', 'null', '{}', '[{}]'])}`)],
    [1, () => tail('"collection"', dice.pick(['"error"', 'null', '["collection"]', '"Collection"']))],
    [
      1,
      () => tail(/"resourceType":"\w+"/, `"resourceType":${dice.pick(['"volume"', '"node"', 'null', '{}'])}`),
    ],
    [1, () => tail(/\}\s*$/, dice.pick(['', '}}', '},', '] ', '}x', '}{}']))],
    [1, () => tail(/^\]/, dice.pick(['}', '', ',]', ']]']))],
    [1, removeList],
  ])();
}
