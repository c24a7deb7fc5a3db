/** Every page's route pattern, as Astro's `routePattern` names it. */
export const PAGE_ROUTES: ReadonlySet<string> = new Set(
  Object.keys(import.meta.glob("/src/pages/**/*.astro")).map(
    (path) => path.replace(/^\/src\/pages/, "").replace(/(\/index)?\.astro$/, "") || "/",
  ),
);
