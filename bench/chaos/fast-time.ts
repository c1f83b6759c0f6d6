/** Runs the unchanged production build faster than real time, by replacing its clock and timers. */

/** The silence limit then takes six seconds, so the default settings can be tested. */
export const SPEED = 10;

const startedAt = Date.now();

/** Unix milliseconds in fast time. */
export const fastNow = (): number => startedAt + (Date.now() - startedAt) * SPEED;

const code = `
const wall = Date.now, monotonic = performance.now.bind(performance), timer = globalThis.setTimeout;
Date.now = () => ${startedAt} + (wall() - ${startedAt}) * ${SPEED};
Object.defineProperty(performance, 'now', { value: () => monotonic() * ${SPEED} });
globalThis.setTimeout = (callback, ms, ...rest) => timer(callback, ms / ${SPEED}, ...rest);
`;

/** The flags of Node.js for such a process. */
export const FAST = ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
