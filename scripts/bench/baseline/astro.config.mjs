import cloudflare from "@astrojs/cloudflare";
import { defineConfig } from "astro/config";

// The floor of `npm run bench`: the shop's framework, adapter and versions, and nothing else.
export default defineConfig({
  output: "server",
  adapter: cloudflare({ imageService: "passthrough" }),
  session: false,
  devToolbar: { enabled: false },
  trailingSlash: "never",
  build: { format: "file", inlineStylesheets: "always" },
});
