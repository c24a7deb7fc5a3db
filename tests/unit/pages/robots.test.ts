import type { APIContext } from "astro";
import { expect, test } from "vitest";
import { GET } from "../../../src/pages/robots.txt.ts";

async function read(APP_ENV: string): Promise<string> {
  const environment = { APP_ENV, SITE_URL: "https://shop.example" };
  const response = await GET({ locals: { services: { environment } } } as APIContext);
  return response.text();
}

test("in production everything public may be indexed", async () => {
  const rules = (await read("production")).split("\n");
  expect(rules).not.toContain("Disallow: /");
  expect(rules).toContain("Disallow: /api/");
  expect(rules).toContain("Sitemap: https://shop.example/sitemap.xml");
});

test.each(["staging", "development"])("in %s nothing may be", async (environment) => {
  expect((await read(environment)).split("\n")).toContain("Disallow: /");
});
