/** Reporting dependencies of an exporter that discard everything. */

import { pino } from 'pino';
import { createLimits, newLimitCounts } from '../../src/limits.ts';

export const silentLog = pino({ level: 'silent' });

export const newLimits = () => createLimits(newLimitCounts(), silentLog);
