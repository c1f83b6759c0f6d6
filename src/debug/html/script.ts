/** The script of the pages: filters at once, and keeps the page fresh without moving what stays. All works without it. */

export const SCRIPT = String.raw`'use strict';
const form = document.querySelector('#filter');

// Applies the form to a document: this one, or a fresh one before it is compared with this one.
function applyFilter(page) {
  const rows = page.querySelectorAll('#rows > tr');
  if (!form || !page.querySelector('#filter')) return;
  const words = form.elements.q.value.toLowerCase().split(/\s+/);
  const troubleOnly = form.elements.unhealthy.checked;
  let shown = 0;
  for (const row of rows) {
    const show = (!troubleOnly || row.classList.contains('trouble')) &&
      words.every((word) => row.dataset.find.includes(word));
    if (row.hidden === show) row.hidden = !show;
    if (show) shown++;
  }
  page.querySelector('#shown').textContent = shown + ' of ' + rows.length + ' shown';
  page.querySelector('#none').hidden = shown > 0;
  for (const link of page.querySelectorAll('.volumes thead a')) link.setAttribute('href', wished(link.getAttribute('href')));
}

function wished(href) {
  const url = new URL(href, location.origin);
  const put = (name, value) => value === '' ? url.searchParams.delete(name) : url.searchParams.set(name, value);
  put('q', form.elements.q.value);
  put('unhealthy', form.elements.unhealthy.checked ? '1' : '');
  return url.pathname + url.search;
}

function filterHere() {
  applyFilter(document);
  history.replaceState(null, '', wished(location.href) + location.hash);
}

// Makes old like next, and leaves every node alone that is the same in both.
function morph(old, next) {
  if (old.isEqualNode(next)) return;
  if (old.nodeName !== next.nodeName) return old.replaceWith(next);
  if (old.nodeType !== Node.ELEMENT_NODE) { old.data = next.data; return; }
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  morphChildren(old, next);
}

const keyOf = (node) => node && node.dataset && node.dataset.key;

function morphChildren(old, next) {
  const wanted = new Set([...next.children].map(keyOf));
  const known = new Map();
  for (const child of [...old.children]) {
    const key = keyOf(child);
    if (key === undefined) continue;
    if (wanted.has(key)) known.set(key, child); else child.remove();
  }
  let at = old.firstChild;
  for (const child of [...next.childNodes]) {
    const key = keyOf(child);
    const same = key !== undefined ? known.get(key) : keyOf(at) === undefined ? at : null;
    if (!same) { old.insertBefore(child, at); continue; }
    if (same === at) at = at.nextSibling;
    // The one before has its turn later.
    else if (same === at?.nextSibling) at = same.nextSibling;
    else old.insertBefore(same, at);
    morph(same, child);
  }
  while (at) { const after = at.nextSibling; at.remove(); at = after; }
}

const EVERY = 5000, PATIENCE = 8000, LATE = 10000;
const SILENCE = 'The exporter does not answer';
const old = document.querySelector('#old');
const [load] = performance.getEntriesByType('navigation');
// How long the last good load took, and when it was answered: by the clock that goes on while a laptop sleeps.
let took = load ? load.responseEnd - load.fetchStart : 0;
let answeredAt = Date.now() - (load ? performance.now() - load.responseStart : 0);
let wait = EVERY, trouble = '', asking, timer;

async function refresh() {
  clearTimeout(timer);
  // One that was begun before a pause may wait for a connection that is long dead.
  asking?.abort();
  const mine = asking = new AbortController();
  const patience = setTimeout(() => mine.abort(), Math.max(PATIENCE, 4 * took));
  tellAge();
  let failure = SILENCE, next;
  try {
    const started = performance.now();
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, signal: mine.signal });
    const now = Date.now();
    const body = await answer.text();
    failure = answer.ok ? 'Something else answers' : 'The exporter answers with status ' + answer.status;
    next = pageIn(answer, body);
    failure = 'What came cannot be shown: reload this page';
    show(next);
    answeredAt = now;
    took = performance.now() - started;
    // What takes long is not asked for all the time.
    wait = Math.max(EVERY, 10 * took);
    trouble = '';
  } catch (error) {
    if (mine !== asking) return;
    if (next) reportError(error);
    wait = EVERY;
    trouble = failure;
    tellTrouble();
  } finally {
    clearTimeout(patience);
    if (mine === asking) { asking = undefined; tellAge(); schedule(); }
  }
}

// The page of a volume that is gone is one of ours, whatever its status.
function pageIn(answer, body) {
  const isHtml = (answer.headers.get('content-type') ?? '').startsWith('text/html');
  const next = isHtml && new DOMParser().parseFromString(body, 'text/html');
  if (next && next.querySelector('#status')) return next;
  throw new Error('no page');
}

function show(next) {
  applyFilter(next);
  const focused = document.activeElement;
  document.title = next.title;
  morph(document.body, next.body);
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

function schedule() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, wait);
}

// In place of what the last page said of Longhorn; the next good one puts that right.
function tellTrouble() {
  const status = document.querySelector('#status');
  if (!status || status.textContent === trouble) return;
  document.title = trouble + ' · Longhorn debug';
  status.textContent = trouble;
  status.parentElement.className = 'status bad';
  status.nextElementSibling?.replaceChildren('What is shown below is as old as the last answer.');
}

function tellAge() {
  const age = Date.now() - answeredAt;
  // Between two refreshes it may grow old, but not much older than agreed.
  const isOld = trouble !== '' || age > wait + Math.max(LATE, 2 * took);
  old.hidden = !isOld;
  document.body.classList.toggle('old', isOld);
  if (!isOld) return;
  const seconds = Math.round(age / 1000);
  old.textContent = 'This page is ' + (seconds < 120 ? seconds + ' s' : Math.floor(seconds / 60) + ' min') + ' old. ' +
    (trouble || 'Asking anew') + '.' + (trouble === SILENCE ? ' Does the port-forward still run?' : '');
}

if (form) {
  form.addEventListener('input', filterHere);
  form.addEventListener('submit', (event) => { event.preventDefault(); filterHere(); });
  document.querySelector('#clear').addEventListener('click', (event) => {
    event.preventDefault();
    form.elements.q.value = '';
    form.elements.unhealthy.checked = false;
    filterHere();
    form.elements.q.focus();
  });
  // A browser may bring back what was typed before.
  applyFilter(document);
}
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return clearTimeout(timer);
  wait = EVERY;
  refresh();
});
setInterval(tellAge, 1000);
schedule();
`;
