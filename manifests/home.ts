/** The web address of the project, and the links derived from it. */

/**
 * The repository, such as `https://git.example.com/you/longhorn-exporter`; empty if it has none. `npm run docs` adds it
 * to the alerts (`runbook_url`), the dashboard (links) and the image (a label), and removes these if it is empty.
 */
export const HOME: string = '';

/** The address of a file in the repository, in the form that GitHub and GitLab use. */
export const fileUrl = (home: string, path: string): string => `${home}/blob/main/${path}`;

export const runbookUrl = (home: string, alert: string): string => fileUrl(home, `docs/runbooks/${alert}.md`);
