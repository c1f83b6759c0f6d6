/** The script of the pages: filters at once, and keeps the page fresh without moving what stays. All works without it. */

export const SCRIPT = String.raw`'use strict';
const EVERY = 5000, PATIENCE = 8000;
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

const old = document.querySelector('#old');
let freshAt = performance.now(), failing = false, timer;

async function refresh() {
  clearTimeout(timer);
  const started = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(PATIENCE) });
    if (!(answer.headers.get('content-type') ?? '').startsWith('text/html')) throw new Error('status ' + answer.status);
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    applyFilter(next);
    const focused = document.activeElement;
    document.title = next.title;
    morph(document.body, next.body);
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    freshAt = performance.now();
    failing = false;
  } catch {
    failing = true;
    document.querySelector('#status').textContent = 'The exporter does not answer';
  }
  tellAge();
  // What takes long is not asked for all the time.
  schedule(Math.max(EVERY, 10 * (performance.now() - started)));
}

function schedule(wait) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, wait);
}

function tellAge() {
  old.hidden = !failing;
  document.body.classList.toggle('old', failing);
  if (failing) old.textContent = 'This page is ' + Math.round((performance.now() - freshAt) / 1000) +
    ' s old: the exporter does not answer. Does the port-forward still run?';
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
document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : refresh());
setInterval(tellAge, 1000);
schedule(EVERY);
`;
