/** A log that discards everything, and limits that report to it. */

import { pino } from 'pino';
import { createLimits, newLimitCounts } from '../../src/limits.ts';

export const silentLog = pino({ level: 'silent' });

export const newLimits = () => createLimits(newLimitCounts(), silentLog);
