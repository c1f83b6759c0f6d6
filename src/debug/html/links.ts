/** Where the debug pages are. */

export const volumePath = (name: string): string => `/debug/volumes/${encodeURIComponent(name)}`;
