import { globSync, readFileSync } from "node:fs";
import { OPERATIONS } from "#local/stripe/operations.ts";
import { expect, test } from "vitest";

/** Every request that the installed library can make, with `:id` for each part that varies. */
function listRoutes(): Set<string> {
  const files = globSync("node_modules/stripe/esm/resources/**/*.js");
  const calls = files.flatMap((file) => [
    ...readFileSync(file, "utf8").matchAll(/_makeRequest\(\s*'(\w+)',\s*['`](\/v1\/[^'`]+)['`]/g),
  ]);
  return new Set(
    calls.map(
      ([, method = "", path = ""]) => `${method} ${path.replaceAll(/\$\{.+?\)\}/g, ":id")}`,
    ),
  );
}

test("each request that the local Stripe understands is one of the library's", () => {
  const routes = listRoutes();
  expect(routes.size).toBeGreaterThan(400);
  const own = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
  const unknown = own.filter((route) => !routes.has(route));
  // Stripe's own page and its command line use these; no library does.
  expect(unknown).toEqual(["GET /v1/payment_pages/:id", "POST /v1/payment_pages/:id/confirm"]);
  expect(new Set(own).size).toBe(own.length);
});
