/** The commands of a pipeline's body, or null when it is none. */
export function parseCommands(body: string): string[][] | null {
  const list = parse(body);
  if (!Array.isArray(list) || list.length === 0) return null;
  const commands = list.map(toCommand);
  return commands.every((command) => command !== null) ? commands : null;
}

/** The command of a body, such as `["SET", "key", 1]`, or null when it is none. */
export function parseCommand(body: string): string[] | null {
  return toCommand(parse(body));
}

function toCommand(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.map((part: unknown) => {
    if (part === null || part === undefined) return "";
    return typeof part === "string" ? part : JSON.stringify(part);
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
