import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";

// Cloudflare's limits for _routes.json; one rule of the hundred is the include.
const MAX_RULES = 99;
const MAX_RULE_LENGTH = 100;

/**
 * The paths of the folder `client` that Pages may serve without starting the Worker: at most 99
 * rules of at most 100 characters. A static path left out is still served, through the Worker.
 */
export async function staticRoutes(client: string, assetsFolder: string): Promise<string[]> {
  const files = new Set<string>();
  const pages = new Set<string>();
  for (const file of await listFiles(client)) {
    if (/^\/(_headers|_redirects|_routes\.json|\.assetsignore|404\.html|500\.html)$/.test(file))
      continue;
    if (file.startsWith(`/${assetsFolder}/`)) files.add(`/${assetsFolder}/*`);
    else if (file.endsWith(".html")) pages.add(pageAddress(file)).add(file);
    else files.add(file);
  }
  for (const address of await redirectSources(client)) pages.add(address);
  return [...files, ...pages]
    .filter((rule) => rule.length <= MAX_RULE_LENGTH)
    .slice(0, MAX_RULES)
    .sort();
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(
      (entry) => `/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/")}`,
    );
}

function pageAddress(file: string): string {
  return file === "/index.html" ? "/" : file.replace(/(\/index)?\.html$/, "");
}

async function redirectSources(client: string): Promise<string[]> {
  const path = join(client, "_redirects");
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/)[0] ?? "")
    .filter((from) => from.startsWith("/") && !from.includes(":"));
}
