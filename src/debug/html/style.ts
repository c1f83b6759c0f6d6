/** The style of the pages: quiet and dense, light and dark, and what is wrong told by colour, words and place. */

const THEME = `
:root {
  color-scheme: light dark;
  --ground: #fff; --raised: #f5f6f8; --line: #d8dce1; --text: #1b1f24; --quiet: #57606a; --link: #0a57a8;
  --good: #186a32; --warn: #8a4b00; --bad: #b3201a; --idle: #57606a;
  --good-ground: #e2f3e6; --warn-ground: #fdeccd; --bad-ground: #fde3e1; --idle-ground: #e9ecef;
  --alarm: #b3201a; --on-alarm: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15181c; --raised: #1d2126; --line: #343a42; --text: #e3e7eb; --quiet: #a0a9b3; --link: #84bdff;
    --good: #6fd08c; --warn: #f2b760; --bad: #ff938a; --idle: #a0a9b3;
    --good-ground: #173322; --warn-ground: #3c2b0d; --bad-ground: #471a18; --idle-ground: #2a3037;
    --alarm: #a3201a; --on-alarm: #fff;
  }
}`;

const BASE = `
*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 3rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 0 1rem 3rem; max-width: 100rem; background: var(--ground); color: var(--text);
  font: .875rem/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
a { color: var(--link); text-underline-offset: .15em; }
a, b, code, small, .sign, .badge { unicode-bidi: isolate; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
h1 { font-size: 1.25rem; margin: 1rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; outline-offset: 4px; }
h2 .sign { font-weight: normal; margin-left: .5rem; }
p { margin: .25rem 0; }
small { font-size: .8125rem; color: var(--quiet); }
code { font: .8125rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; }
thead th { font-weight: normal; color: var(--quiet); font-size: .8125rem; }
td, th { padding: .25rem .75rem .25rem 0; vertical-align: top; }
tbody tr, .events li, .known > div { border-top: 1px solid var(--line); }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: .5rem; top: .5rem; padding: .5rem .75rem; background: var(--ground); z-index: 3; }
.scroll { overflow-x: auto; }
#old { position: fixed; inset: 0 0 auto; z-index: 2; margin: 0; padding: .75rem 1rem; background: var(--alarm);
  color: var(--on-alarm); font-size: 1.125rem; font-weight: 600; }
body.old main, body.old .status.good { filter: grayscale(1); }
[hidden] { display: none !important; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem; padding: .625rem 0; color: var(--quiet); font-size: .8125rem; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
nav a, .events a, .volumes a { padding-block: .125rem; }`;

const STATUS = `
.status { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; padding: .5rem .75rem; border-left: .375rem solid; }
.status.good { background: var(--good-ground); border-color: var(--good); }
.status.bad { background: var(--alarm); border-color: var(--text); color: var(--on-alarm); }
#status { font-size: 1.375rem; font-weight: 600; line-height: 1.5; }
#status::before { content: '✓ '; }
.bad > #status::before { content: '✕ '; }
.status b { font-size: 1.125rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .25rem 1rem; margin: .75rem 0; }
.facts > div { min-height: 3.75rem; }
.facts dt, .known dt { color: var(--quiet); font-size: .8125rem; }
dd { margin: 0; }
.facts .bad dt, .facts .bad dd { color: var(--bad); font-weight: 600; }
.facts .bad dd::before { content: '✕ '; }
.streams { table-layout: fixed; min-width: 73rem; }
.streams th:nth-child(1) { width: 8.5rem; }
.streams th:nth-child(2) { width: 21rem; }
.streams th:nth-child(n + 3) { width: 5.5rem; }
.streams th:nth-child(3) { width: 6.5rem; }
.streams th:nth-child(7) { width: 8rem; }
.streams th:last-child { width: auto; }
.streams tr.bad { background: var(--bad-ground); }
.badge, .sign { white-space: normal; }
.badge { padding: 0 .375rem; border-radius: .1875rem; font-weight: 600; }
.good { --tone: var(--good); --tone-ground: var(--good-ground); }
.warn { --tone: var(--warn); --tone-ground: var(--warn-ground); }
.bad { --tone: var(--bad); --tone-ground: var(--bad-ground); }
.idle { --tone: var(--idle); --tone-ground: var(--idle-ground); }
.badge { color: var(--tone); background: var(--tone-ground); }
.badge::before, .sign::before { margin-right: .25em; }
.sign { color: var(--tone); }
.sign.idle { color: inherit; }
.sign.idle::before { color: var(--quiet); }
.badge.good::before, .sign.good::before { content: '✓'; }
.badge.warn::before, .sign.warn::before { content: '▲'; }
.badge.bad::before, .sign.bad::before { content: '✕'; }
.badge.idle::before, .sign.idle::before { content: '●'; }`;

const VOLUMES = `
#filter { display: flex; flex-wrap: wrap; align-items: center; gap: .375rem .75rem; min-height: 2.25rem; margin-bottom: .5rem; }
#q { flex: 0 1 24rem; min-width: 12rem; }
#q, button { font: inherit; padding: .25rem .5rem; color: inherit; background: var(--ground); border: 1px solid var(--quiet); border-radius: .25rem; }
button { background: var(--raised); }
#q::placeholder { color: var(--quiet); opacity: 1; }
#shown { color: var(--quiet); margin-left: auto; }
.volumes, .volumes thead, .volumes tbody { display: block; }
.volumes caption { display: block; }
.volumes tr { display: grid; grid-template-columns: minmax(8rem, 1.7fr) minmax(12rem, 1.8fr) minmax(9rem, 1.6fr) minmax(6.5rem, 1.7fr)
  minmax(6rem, 1.1fr) minmax(5.5rem, .8fr) minmax(9.5rem, 1.7fr) minmax(5.5rem, .7fr); }
.volumes tbody tr { height: 3.125rem; content-visibility: auto; contain-intrinsic-size: auto 3.125rem; }
.volumes tbody tr:hover { background: var(--raised); }
.volumes thead { position: sticky; top: 0; z-index: 1; background: var(--ground); border-bottom: 1px solid var(--quiet); }
.volumes thead a { color: inherit; text-decoration: none; }
.volumes thead a:hover { text-decoration: underline; }
.volumes [aria-sort=ascending] a, .volumes [aria-sort=descending] a { color: var(--text); font-weight: 600; }
.volumes [aria-sort=ascending] a::after { content: ' ▲'; content: ' ▲' / ''; }
.volumes [aria-sort=descending] a::after { content: ' ▼'; content: ' ▼' / ''; }
.volumes td, .volumes tbody th { padding: .25rem .75rem .25rem .375rem; overflow: hidden; overflow-wrap: anywhere; }
.volumes thead th { padding-left: .375rem; }
.volumes tbody th a { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; padding: 0; outline-offset: -2px; }
.volumes td { white-space: nowrap; text-overflow: ellipsis; }
.volumes td > small { display: block; overflow: hidden; text-overflow: ellipsis; }
.volumes td > .sign { white-space: nowrap; }
.volumes .badge + small:not(.sign) { display: inline; }
.trouble { box-shadow: inset .1875rem 0 var(--warn); }
.here { color: var(--text); }
.marks { display: inline-flex; gap: .1875rem; height: 1.25rem; vertical-align: top; }
.m { position: relative; display: inline-grid; place-items: center; min-width: 1.25rem; height: 1.25rem; border-radius: .1875rem; overflow: hidden;
  font: 600 .75rem/1 system-ui, sans-serif; color: var(--tone); background: var(--tone-ground); border: 1px solid currentColor; }
.m.healthy { --tone: var(--good); --tone-ground: var(--good-ground); }
.m.rebuilding { --tone: var(--text); --tone-ground: var(--ground); min-width: 1.875rem; }
.m.failed { --tone: var(--bad); --tone-ground: var(--bad-ground); }
.m.stopped, .m.more { --tone: var(--idle); --tone-ground: var(--idle-ground); }
.m.healthy::before { content: '✓'; } .m.failed::before { content: '✕'; } .m.stopped::before { content: '–'; }
.m b { position: relative; } .fill { position: absolute; inset: 0; width: 100%; height: 100%; fill: var(--warn-ground); }
@media (max-width: 64rem) {
  .volumes thead { position: static; border: 0; padding-bottom: .375rem; }
  .volumes thead tr { display: flex; flex-wrap: wrap; gap: 0 1rem; }
  .volumes thead tr::before { content: 'Sort by'; color: var(--quiet); font-size: .8125rem; padding-block: .375rem; }
  .volumes thead th { padding: .375rem 0; }
  .volumes tbody tr { height: 12.5rem; contain-intrinsic-size: auto 12.5rem; padding: .25rem .25rem .25rem .5rem;
    grid-template: 'name name' auto 'health health' 2.75rem 'pvc replicas' 2.75rem 'state snapshots' 2.75rem 'backup owner' 2.75rem / minmax(0, 3fr) minmax(0, 2fr); }
  .volumes tbody tr > * { padding: 0 .5rem 0 0; }
  .volumes td:nth-child(2) { grid-area: health; } .volumes td:nth-child(3) { grid-area: replicas; }
  .volumes td:nth-child(4) { grid-area: pvc; } .volumes td:nth-child(5) { grid-area: state; }
  .volumes td:nth-child(6) { grid-area: snapshots; } .volumes td:nth-child(7) { grid-area: backup; }
  .volumes td:nth-child(8) { grid-area: owner; } .volumes tbody th { grid-area: name; height: 1.5rem; }
  .volumes tbody th a { -webkit-line-clamp: 1; }
  .volumes td:nth-child(6)::before { content: 'snapshots '; color: var(--quiet); }
  .volumes td:nth-child(7)::before { content: 'backup '; color: var(--quiet); }
  .volumes td:nth-child(8)::before { content: 'served '; color: var(--quiet); }
  .volumes td:nth-child(8) small { display: inline; }
  .of { display: none; }
  #shown { margin-left: 0; }
}`;

const VOLUME = `
.events { list-style: none; margin: 0; padding: 0; }
.events li { padding: .1875rem 0 .1875rem 7.5rem; text-indent: -7.5rem; overflow-wrap: anywhere; }
.events li > * { text-indent: 0; }
.events time { display: inline-block; width: 7rem; margin-right: .25rem; color: var(--quiet); white-space: nowrap; }
.events a { margin-right: .5rem; }
.strip { display: block; margin: .5rem 0 .75rem; overflow: hidden; font-size: .75rem; }
.strip text { fill: var(--text); }
.strip .lane { fill: var(--quiet); }
.strip .track { fill: var(--raised); }
.strip .bar { fill: var(--tone-ground); stroke: var(--tone); stroke-width: 1; }
.strip .point circle { fill: var(--ground); stroke: var(--tone); stroke-width: 1.5; }
.strip .point text { fill: var(--tone); text-anchor: middle; font-size: .625rem; font-weight: 700; }
.strip .axis line { stroke: var(--line); }
.strip .axis text { fill: var(--quiet); text-anchor: middle; }
.strip .axis .end { text-anchor: end; }
.known { margin: 0; }
.known > div { display: grid; grid-template-columns: 13rem minmax(14rem, 1fr) minmax(0, 2fr); gap: 0 1rem; padding: .25rem 0; }
.known dd { overflow-wrap: anywhere; }
.known small { margin-left: .375rem; }
ul.series { list-style: none; margin: 0; padding: 0; color: var(--quiet); }
table.series { min-width: 40rem; table-layout: fixed; }
table.series th:first-child { width: 34%; }
table.series :target, tr:target { background: var(--warn-ground); }
table.series td { overflow-wrap: anywhere; }
table.series td:last-child { color: var(--quiet); }
@media (max-width: 56rem) { .known > div { grid-template-columns: minmax(0, 1fr); } }
@media print { #filter, nav, .skip { display: none; } }`;

export const STYLE = [THEME, BASE, STATUS, VOLUMES, VOLUME].join('\n');

export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0a57a8"/><path d="M4 3v10h8" fill="none" stroke="#fff" stroke-width="2.5"/></svg>\n';
