import type { Plugin } from "vite";
import { patchedModule } from "./patched-module.ts";

const ELEMENT = /props: \{\s*type: "module",\s*src: (createAssetLink\([^)]*\))\s*\}/;

/**
 * Vite plugin that has Astro write the address of what every page runs (injectScript "page") into `data-late`, for
 * src/http/early-script.ts to ask for when the page is loaded. A module in the head is asked for at once, and took a
 * fifth of the time to the first paint on a slow line. Throws when Astro writes the element in another way than this one knows.
 */
export function lateScript(): Plugin {
  return patchedModule({
    name: "late-script",
    file: "/astro/dist/core/render/ssr-element.js",
    from: ELEMENT,
    to: 'props: { "data-late": $1 }',
    missing: "Astro writes a page's script in another way now.",
  });
}
