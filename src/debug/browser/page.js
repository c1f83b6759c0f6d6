/** The script of the debug pages: filters immediately and refreshes the page in place. The pages work without it. */

/** Milliseconds: between two refreshes, until a refresh times out, and how late one may be before the page counts as old. */
const INTERVAL = 5_000;
const TIMEOUT = 8_000;
const LATE = 10_000;

const NO_RESPONSE = 'The exporter is not responding';

/**
 * @param {ParentNode} page
 * @param {string} selector
 * @returns {HTMLElement}
 */
function find(page, selector) {
  /** @type {HTMLElement | null} */
  const element = page.querySelector(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
}

/** @type {HTMLInputElement | null} */
const text = document.querySelector('#q');
/** @type {HTMLInputElement | null} */
const unhealthy = document.querySelector('#unhealthy');

/**
 * Applies the filter to a document: this one, or a new one before it is merged into this one.
 * @param {Document} page
 */
function applyFilter(page) {
  if (!text || !unhealthy || !page.querySelector('#filter')) return;
  const words = text.value.toLowerCase().split(/\s+/);
  /** @type {NodeListOf<HTMLElement>} */
  const rows = page.querySelectorAll('#rows > tr');
  let shown = 0;
  for (const row of rows) {
    const show =
      (!unhealthy.checked || row.classList.contains('trouble')) &&
      words.every((word) => row.dataset.find?.includes(word));
    if (row.hidden === show) row.hidden = !show;
    if (show) shown++;
  }
  find(page, '#shown').textContent = `${shown} of ${rows.length} shown`;
  find(page, '#none').hidden = shown > 0;
  for (const link of page.querySelectorAll('.volumes thead a'))
    link.setAttribute('href', filtered(link.getAttribute('href') ?? ''));
}

/**
 * The address with the current filter.
 * @param {string} href
 */
function filtered(href) {
  const url = new URL(href, location.origin);
  /** @type {(name: string, value: string | undefined) => void} */
  const put = (name, value) => (value ? url.searchParams.set(name, value) : url.searchParams.delete(name));
  put('q', text?.value);
  put('unhealthy', unhealthy?.checked ? '1' : '');
  return url.pathname + url.search;
}

function filterHere() {
  applyFilter(document);
  history.replaceState(null, '', filtered(location.href) + location.hash);
}

/**
 * Updates old to match next, without touching nodes that are equal in both.
 * @param {ChildNode} old
 * @param {ChildNode} next
 */
function morph(old, next) {
  if (old.isEqualNode(next)) return;
  if (old instanceof Element && next instanceof Element && old.nodeName === next.nodeName) {
    for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes)
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    morphChildren(old, next);
  } else if (old instanceof Text && next instanceof Text) {
    old.data = next.data;
  } else {
    old.replaceWith(next);
  }
}

/** @param {Node | null} node */
const keyOf = (node) => (node instanceof HTMLElement ? node.dataset.key : undefined);

/**
 * Children with a key are matched by key at any position; all others are matched by position.
 * @param {Element} old
 * @param {Element} next
 */
function morphChildren(old, next) {
  const wanted = new Set([...next.children].map(keyOf));
  /** @type {Map<string, ChildNode>} */
  const known = new Map();
  for (const child of [...old.children]) {
    const key = keyOf(child);
    if (key === undefined) continue;
    if (wanted.has(key)) known.set(key, child);
    else child.remove();
  }
  let at = old.firstChild;
  for (const child of [...next.childNodes]) {
    const key = keyOf(child);
    const same = key !== undefined ? known.get(key) : keyOf(at) === undefined ? at : null;
    if (!same) {
      old.insertBefore(child, at);
      continue;
    }
    if (same === at) at = at.nextSibling;
    // The child at `at` is handled later.
    else if (same === at?.nextSibling) at = same.nextSibling;
    else old.insertBefore(same, at);
    morph(same, child);
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}

const staleNote = find(document, '#old');
const [load] = performance.getEntriesByType('navigation');
/** How long the last successful load took. */
let took = load instanceof PerformanceNavigationTiming ? load.responseEnd - load.fetchStart : 0;
/** When the response arrived, on the wall clock, which continues while a laptop sleeps. */
let respondedAt =
  Date.now() - (load instanceof PerformanceNavigationTiming ? performance.now() - load.responseStart : 0);
/** The time until the next refresh, in milliseconds. */
let wait = INTERVAL;
/** Why the last refresh failed. */
let failureText = '';
/** @type {AbortController | undefined} */
let inFlight;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

async function refresh() {
  clearTimeout(timer);
  // A request from before a pause may wait on a dead connection.
  inFlight?.abort();
  const controller = new AbortController();
  inFlight = controller;
  const timeout = setTimeout(() => controller.abort(), Math.max(TIMEOUT, 4 * took));
  showAge();
  let failure = NO_RESPONSE;
  /** @type {Document | undefined} */
  let next;
  try {
    const started = performance.now();
    const response = await fetch(location.href, {
      headers: { accept: 'text/html' },
      signal: controller.signal,
    });
    const now = Date.now();
    const body = await response.text();
    failure = response.ok
      ? 'The response is not from the exporter'
      : `The exporter responded with status ${response.status}`;
    next = pageIn(response, body);
    failure = 'The response cannot be shown: reload this page';
    show(next);
    respondedAt = now;
    took = performance.now() - started;
    // Refresh a slow page less often.
    wait = Math.max(INTERVAL, 10 * took);
    failureText = '';
  } catch (error) {
    if (controller !== inFlight) return;
    if (next) reportError(error);
    wait = INTERVAL;
    failureText = failure;
    showFailure();
  } finally {
    clearTimeout(timeout);
    if (controller === inFlight) {
      inFlight = undefined;
      showAge();
      schedule();
    }
  }
}

/**
 * Parses a page of the exporter. The page of a deleted volume counts too, although its status is 404.
 * @param {Response} response
 * @param {string} body
 */
function pageIn(response, body) {
  const isHtml = (response.headers.get('content-type') ?? '').startsWith('text/html');
  const next = isHtml ? new DOMParser().parseFromString(body, 'text/html') : undefined;
  if (next?.querySelector('#status')) return next;
  throw new Error('not a debug page');
}

/** @param {Document} next */
function show(next) {
  applyFilter(next);
  const focused = document.activeElement;
  document.title = next.title;
  morph(document.body, next.body);
  if (focused instanceof HTMLElement && focused !== document.activeElement && focused.isConnected)
    focused.focus({ preventScroll: true });
}

function schedule() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, wait);
}

/** Replaces the status of Longhorn with the failure until the next successful refresh. */
function showFailure() {
  const status = document.querySelector('#status');
  if (!status || status.textContent === failureText) return;
  document.title = `${failureText} · Longhorn debug`;
  status.textContent = failureText;
  if (status.parentElement) status.parentElement.className = 'status bad';
  status.nextElementSibling?.replaceChildren('The data below is as old as the last response.');
}

function showAge() {
  const age = Date.now() - respondedAt;
  // The page may be one refresh interval old, plus some tolerance.
  const isOld = failureText !== '' || age > wait + Math.max(LATE, 2 * took);
  staleNote.hidden = !isOld;
  document.body.classList.toggle('old', isOld);
  if (!isOld) return;
  const seconds = Math.round(age / 1000);
  const words = seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
  const hint = failureText === NO_RESPONSE ? ' Is the port-forward still running?' : '';
  staleNote.textContent = `This page is ${words} old. ${failureText || 'Refreshing'}.${hint}`;
}

if (text && unhealthy) {
  const form = find(document, '#filter');
  form.addEventListener('input', filterHere);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    filterHere();
  });
  find(form, '#clear').addEventListener('click', (event) => {
    event.preventDefault();
    text.value = '';
    unhealthy.checked = false;
    filterHere();
    text.focus();
  });
  // A browser may restore previous input.
  applyFilter(document);
}
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
    return;
  }
  wait = INTERVAL;
  void refresh();
});
setInterval(showAge, 1000);
schedule();
