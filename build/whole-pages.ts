import type { Plugin } from "vite";
import { patchedModule } from "./patched-module.ts";

const STREAMING = "const app = createApp();";

/**
 * Vite plugin that lets Astro render each page whole, as text, and not as a stream: a throw anywhere in it comes before
 * the answer (docs/decisions/005-pages-are-rendered-whole.md), and a page costs a tenth less. The adapter has no option
 * for it. Throws when the adapter makes its app in another way than this one knows.
 */
export function wholePages(): Plugin {
  return patchedModule({
    name: "whole-pages",
    file: "/@astrojs/cloudflare/dist/utils/handler.js",
    from: STREAMING,
    to: "const app = createApp({ streaming: false });",
    missing: "The adapter makes its app in another way now.",
  });
}
