/** The script of the debug pages: filters at once, and refreshes the page without moving what stays. All works without it. */

/** Milliseconds: between two refreshes, until one is given up, and how late one may be before the page counts as old. */
const INTERVAL = 5_000;
const TIMEOUT = 8_000;
const LATE = 10_000;

const NO_ANSWER = 'The exporter does not answer';

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
 * Applies the form to a document: this one, or a fresh one before it is compared with this one.
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
 * The address with the filter as it is now.
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
 * Makes old like next, and leaves every node alone that is the same in both.
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
 * Children with a key are found again wherever they stand; of the others each becomes the one in its place.
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
    // The one before has its turn later.
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

const oldNote = find(document, '#old');
const [load] = performance.getEntriesByType('navigation');
/** How long the last good load took. */
let took = load instanceof PerformanceNavigationTiming ? load.responseEnd - load.fetchStart : 0;
/** When it was answered, by the clock that goes on while a laptop sleeps. */
let answeredAt =
  Date.now() - (load instanceof PerformanceNavigationTiming ? performance.now() - load.responseStart : 0);
/** Until the next refresh, in milliseconds. */
let wait = INTERVAL;
/** Why the last refresh failed. */
let trouble = '';
/** @type {AbortController | undefined} */
let asking;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

async function refresh() {
  clearTimeout(timer);
  // One that was begun before a pause may wait for a connection that is long dead.
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  const timeout = setTimeout(() => mine.abort(), Math.max(TIMEOUT, 4 * took));
  showAge();
  let failure = NO_ANSWER;
  /** @type {Document | undefined} */
  let next;
  try {
    const started = performance.now();
    const response = await fetch(location.href, { headers: { accept: 'text/html' }, signal: mine.signal });
    const now = Date.now();
    const body = await response.text();
    failure = response.ok ? 'Something else answers' : `The exporter answers with status ${response.status}`;
    next = pageIn(response, body);
    failure = 'What came cannot be shown: reload this page';
    show(next);
    answeredAt = now;
    took = performance.now() - started;
    // A page that takes long is not asked for all the time.
    wait = Math.max(INTERVAL, 10 * took);
    trouble = '';
  } catch (error) {
    if (mine !== asking) return;
    if (next) reportError(error);
    wait = INTERVAL;
    trouble = failure;
    showTrouble();
  } finally {
    clearTimeout(timeout);
    if (mine === asking) {
      asking = undefined;
      showAge();
      schedule();
    }
  }
}

/**
 * The page of a volume that is gone is one of ours, whatever its status.
 * @param {Response} response
 * @param {string} body
 */
function pageIn(response, body) {
  const isHtml = (response.headers.get('content-type') ?? '').startsWith('text/html');
  const next = isHtml ? new DOMParser().parseFromString(body, 'text/html') : undefined;
  if (next?.querySelector('#status')) return next;
  throw new Error('no page');
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

/** In place of what the last page said of Longhorn; the next good one puts that right. */
function showTrouble() {
  const status = document.querySelector('#status');
  if (!status || status.textContent === trouble) return;
  document.title = `${trouble} · Longhorn debug`;
  status.textContent = trouble;
  if (status.parentElement) status.parentElement.className = 'status bad';
  status.nextElementSibling?.replaceChildren('What is shown below is as old as the last answer.');
}

function showAge() {
  const age = Date.now() - answeredAt;
  // Between two refreshes it may grow old, but not much older than agreed.
  const isOld = trouble !== '' || age > wait + Math.max(LATE, 2 * took);
  oldNote.hidden = !isOld;
  document.body.classList.toggle('old', isOld);
  if (!isOld) return;
  const seconds = Math.round(age / 1000);
  const words = seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
  const hint = trouble === NO_ANSWER ? ' Does the port-forward still run?' : '';
  oldNote.textContent = `This page is ${words} old. ${trouble || 'Refreshing'}.${hint}`;
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
  // A browser may bring back what was typed before.
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
