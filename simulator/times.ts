// The two ways in which Longhorn's API writes a time.

/** RFC 3339 in whole seconds: `2026-11-22T05:00:00Z`. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Go's own format, which only a volume's `created` uses: `2026-10-23 06:00:00 +0000 UTC`. */
export const goTime = (ms: number): string => `${rfc3339(ms).replace('T', ' ').replace('Z', '')} +0000 UTC`;

/** A volume's `created` as its backups repeat it. */
export const goTimeToRfc3339 = (time: string): string => `${time.slice(0, 10)}T${time.slice(11, 19)}Z`;
