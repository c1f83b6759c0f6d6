/** Runs the production build faster than real time, by replacing its clock and timers from outside; the build itself is unchanged. */

/** Ten times: the silence limit takes six seconds, so the default settings can be tested. */
export const SPEED = 10;

const born = Date.now();

/** Unix milliseconds in fast time. */
export const fastNow = (): number => born + (Date.now() - born) * SPEED;

const code = `
const wall = Date.now, monotonic = performance.now.bind(performance), timer = globalThis.setTimeout;
Date.now = () => ${born} + (wall() - ${born}) * ${SPEED};
Object.defineProperty(performance, 'now', { value: () => monotonic() * ${SPEED} });
globalThis.setTimeout = (callback, ms, ...rest) => timer(callback, ms / ${SPEED}, ...rest);
`;

/** The flags of Node.js for such a process. */
export const FAST = ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
