/** The web address of the project, and the links made from it. */

/**
 * The repository, such as `https://git.example.com/you/longhorn-exporter`; empty while there is none. `npm run docs` puts
 * it into the alerts (`runbook_url`), the dashboard (its links) and the image (a label), and leaves these out while it is
 * empty.
 */
export const HOME: string = '';

/** The URL of a file in the repository, as on GitHub and GitLab. */
export const fileUrl = (home: string, path: string): string => `${home}/blob/main/${path}`;

export const runbookUrl = (home: string, alert: string): string => fileUrl(home, `docs/runbooks/${alert}.md`);
