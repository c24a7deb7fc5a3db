/** The style of the hosted payment page, light and dark. */
export const HOSTED_STYLE = `
:root { color-scheme: light dark; --ink: #1a1f36; --soft: #545b76; --paper: #fff; --side: #f3f4f9;
  --line: #8b90a8; --accent: #4a3fc4; --on-accent: #fff; --bad: #b3152c; --banner: #ffe9a8; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef8; --soft: #a9afc8; --paper: #14172a;
  --side: #1d2138; --line: #6d7391; --accent: #a9a1ff; --on-accent: #14172a; --bad: #ff9aa8;
  --banner: #4a3c0c; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; }
.banner { margin: 0; padding: .6rem 1.25rem; background: var(--banner); text-align: center;
  font-size: .9rem; }
.columns { flex: 1; display: grid; }
aside, main { padding: clamp(1.5rem, 5vw, 4rem) clamp(1.25rem, 6vw, 5rem); }
aside { background: var(--side); }
@media (min-width: 56rem) { .columns { grid-template-columns: 1fr 1fr; }
  .columns > main:only-child { grid-column: 1 / -1; margin: 0 auto; }
  aside > * { max-width: 26rem; margin-left: auto; } main > * { max-width: 26rem; } }
.seller { margin-block: 0; color: var(--soft); font-weight: 600; }
h1 { margin-block: .25rem 1.5rem; font-size: 2.25rem; line-height: 1.15; letter-spacing: -.02em; }
h2 { margin: 0 0 1rem; font-size: 1.25rem; }
ul { padding: 0; margin-block: 0 1.5rem; list-style: none; }
li { display: flex; justify-content: space-between; gap: 1rem; padding: .6rem 0; }
li span:last-child { font-variant-numeric: tabular-nums; }
.total { border-top: 1px solid var(--line); font-weight: 600; }
a { color: var(--accent); }
.field { margin-bottom: 1rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
label { display: block; margin-bottom: .3rem; font-size: .9rem; font-weight: 600; }
.tick { display: flex; gap: .6rem; align-items: start; font-weight: 400; }
input:not([type=checkbox]), select { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; color: inherit;
  background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; font: inherit; }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; margin: .1rem 0 0; }
input[readonly] { background: var(--side); }
[aria-invalid] { border-color: var(--bad) !important; outline: 1px solid var(--bad); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.first { border-top: 1px solid var(--line); }
.promotion { margin-bottom: 1.5rem; }
.promotion > button { margin-top: 0; }
.joined { display: flex; gap: .6rem; }
.joined input { flex: 1; min-width: 0; text-transform: uppercase; }
.joined button { width: auto; min-height: 2.75rem; margin: 0; }
.notice { padding: .75rem 1rem; background: var(--side); border-left: 4px solid var(--accent); }
.error, .alert { color: var(--bad); }
.error { margin: .3rem 0 0; font-size: .9rem; }
.alert { padding: .75rem 1rem; border: 1px solid; border-radius: .4rem; }
button, .button { display: block; width: 100%; min-height: 3rem; margin-top: .75rem;
  padding: .65rem 1rem; color: var(--on-accent); background: var(--accent);
  border: 1px solid var(--accent); border-radius: .4rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; cursor: pointer; }
.second { color: var(--accent); background: none; }
details { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line);
  color: var(--soft); font-size: .9rem; }
summary { font-weight: 600; cursor: pointer; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: .75rem 0; }
dt { color: var(--ink); font-variant-numeric: tabular-nums; }
dd { margin: 0; }
`;
