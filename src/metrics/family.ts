/** A metric is a row in a table: its name, its HELP text, and how to read its value from an object. */

import { type Time, toWall } from '../clock.ts';

/** A value and the values of the row's own labels. An undefined value is unknown and gets no series. */
export type Sample = readonly [value: number | undefined, ...labels: string[]];

interface Row {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  /** Kept for compatibility, and left out with DEPRECATED_METRICS=false. */
  readonly deprecated?: true;
}

/** One series per object. */
interface Single<T> extends Row {
  readonly value: (object: T, now: Time) => number | undefined;
}

/** Several series per object, with labels in addition to those that identify the object. */
interface Labelled<T> extends Row {
  readonly labels: readonly string[];
  readonly samples: (object: T, now: Time) => Iterable<Sample>;
}

export type Family<T> = Single<T> | Labelled<T>;

/** The metrics of one kind of object, and the labels that identify it in all of them. */
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

/** A boolean as 1 or 0. */
export const flag = (holds: boolean | undefined): number | undefined =>
  holds === undefined ? undefined : holds ? 1 : 0;

/** Prometheus uses seconds; Longhorn and this code use milliseconds. */
export const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1000;

/** Monotonic milliseconds as Unix time in seconds. */
export const timestamp = (monotonic: number | undefined, now: Time): number | undefined =>
  monotonic === undefined ? undefined : seconds(toWall(monotonic, now));
