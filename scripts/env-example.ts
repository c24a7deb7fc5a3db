import { readFileSync, writeFileSync } from "node:fs";
import { environmentSchema } from "#lib/environment.ts";

/** The text of .env.example, made from the one schema that the Worker and the scripts read. */
export function renderEnvExample(): string {
  const lines = Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const isOptional = schema.safeParse(undefined).success;
    return `# ${schema.description ?? ""}${isOptional ? " (optional)" : ""}\n${isOptional ? "# " : ""}${name}=\n`;
  });
  return `# Made by \`npm run env:example\` from src/lib/environment.ts.\n\n${lines.join("\n")}`;
}

if (import.meta.main) {
  const path = new URL("../.env.example", import.meta.url);
  if (process.argv.includes("--check")) {
    const isCurrent = readFileSync(path, "utf8") === renderEnvExample();
    console.log(isCurrent ? ".env.example is current." : "Run npm run env:example.");
    process.exit(isCurrent ? 0 : 1);
  }
  writeFileSync(path, renderEnvExample());
  console.log("Wrote .env.example.");
}
