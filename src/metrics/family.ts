/** A metric is a row in a table: what it is called, what it means, and how it is read off an object. */

import { type Time, toWall } from '../clock.ts';

/** A value, undefined (and then absent) when it is not known, and the values of the row's own labels. */
export type Sample = readonly [value: number | undefined, ...labels: string[]];

interface Row {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  /** Kept for compatibility, and left out with DEPRECATED_METRICS=false. */
  readonly deprecated?: true;
}

/** One series an object. */
interface Single<T> extends Row {
  readonly value: (object: T, now: Time) => number | undefined;
}

/** Several series an object, told apart by labels beyond those that identify the object. */
interface Labelled<T> extends Row {
  readonly labels: readonly string[];
  readonly samples: (object: T, now: Time) => Iterable<Sample>;
}

export type Family<T> = Single<T> | Labelled<T>;

/** The families of one kind of object, and the labels that identify it in all of them. */
export interface Table<T> {
  readonly title: string;
  readonly intro: string;
  readonly labels: readonly string[];
  readonly identify: (object: T) => readonly string[];
  readonly families: readonly Family<T>[];
}

/** The table without what is kept for compatibility only. */
export const withoutDeprecated = <T>(table: Table<T>): Table<T> => ({
  ...table,
  families: table.families.filter(({ deprecated }) => deprecated !== true),
});

export const labelsOf = <T>(family: Family<T>): readonly string[] =>
  'labels' in family ? family.labels : [];

export const samplesOf = <T>(family: Family<T>, object: T, now: Time): Iterable<Sample> =>
  'samples' in family ? family.samples(object, now) : [[family.value(object, now)]];

/** Whether something holds, as 1 or 0. */
export const flag = (holds: boolean | undefined): number | undefined =>
  holds === undefined ? undefined : holds ? 1 : 0;

/** Prometheus counts seconds, Longhorn and we milliseconds. */
export const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1000;

/** The Unix time in seconds of a moment kept in monotonic milliseconds. */
export const timestamp = (monotonic: number | undefined, now: Time): number | undefined =>
  monotonic === undefined ? undefined : seconds(toWall(monotonic, now));
