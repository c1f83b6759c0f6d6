/** What an exporter needs to report to, with nobody listening. */

import { pino } from 'pino';
import { createLimits, newLimitCounts } from '../../src/limits.ts';

export const silentLog = pino({ level: 'silent' });

export const newLimits = () => createLimits(newLimitCounts(), silentLog);
