/** Times as the debug pages write them: RFC 3339, in UTC. */

import { type Time, toWall } from '../clock.ts';

/** `wall`: Unix milliseconds; absent when not known. */
export const rfc3339 = (wall: number | undefined): string | undefined =>
  wall === undefined ? undefined : new Date(wall).toISOString();

/** `at`: monotonic milliseconds. */
export const timeOf = (at: number, now: Time): string => new Date(toWall(at, now)).toISOString();
