export const SERIES_CASES: readonly { alert: string }[] = [];
