/**
 * What runs before a page's first paint, written into it: it keeps the errors of the page, and asks for src/scripts/page.ts when the
 * page is loaded, so that a script that only watches takes nothing from the paint. build/late-script.ts writes the address where
 * this looks for it. The policy knows the text by its hash (astro.config.mjs).
 */
export const EARLY_SCRIPT = `earlyErrors=[];
for(const type of["error","unhandledrejection"])addEventListener(type,event=>earlyErrors.push(event));
addEventListener("load",()=>{const{late}=document.querySelector("[data-late]")?.dataset??{};late&&import(late)})`;
