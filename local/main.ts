// The local stack as a process: `node local/main.ts [--data FOLDER] [--reset]`.
import { fstatSync } from "node:fs";
import { parseArgs } from "node:util";
import { DEMO_ACCOUNTS } from "./demo-accounts.ts";
import type { Ports } from "./ports.ts";
import { noteRunningStack } from "./running.ts";
import { resetStack, startStack } from "./stack.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: ".data" },
    site: { type: "string" },
    strict: { type: "boolean", default: false },
    port: { type: "string", multiple: true, default: [] },
    "any-ports": { type: "boolean", default: false },
    reset: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const HELP = `node local/main.ts [options]

Starts the local services. Prints a line of JSON when their ports are chosen (addresses, variables
for the shop, demo accounts) and "ready" when they answer. Ends on SIGINT, SIGTERM or SIGHUP, and with
the process that started it.

  --data FOLDER   where everything is kept (.data)
  --site URL      where the shop answers, when it is not on localhost
  --strict        fail on a busy port instead of moving to a free one
  --port NAME=N   another port for shop, http, stripe, postgres or smtp; repeatable
  --any-ports     take free ports throughout
  --reset         remove what is kept, and end
`;

if (values.help) process.stdout.write(HELP);
else if (values.reset) await resetStack(values.data).catch(fail);
else await main().catch(fail);

async function main(): Promise<void> {
  const moves: string[] = [];
  const stack = await startStack({
    dataFolder: values.data,
    strictPorts: values.strict,
    ports: wishedPorts(),
    ...(values.site !== undefined && { siteUrl: values.site }),
    log: (line) => process.stderr.write(`${line}\n`),
    onMove: (line) => moves.push(line),
    onPlanned({ urls, variables, secrets }) {
      const demo = { password: secrets.demoPassword, accounts: DEMO_ACCOUNTS };
      print(JSON.stringify({ urls, variables, demo, moves }));
    },
  });
  const { variables, secrets } = stack;
  const forget = noteRunningStack(values.data, { variables, demoPassword: secrets.demoPassword });
  const stop = (exitCode: number): void => {
    forget();
    stack.stop().then(() => process.exit(exitCode), fail);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));
  stopWithParent(() => stop(0));
  void stack.databaseGone.then(() => stop(1));
  print("ready");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function wishedPorts(): Partial<Ports> {
  const any = { shop: 0, http: 0, stripe: 0, postgres: 0, smtp: 0 };
  const given = values.port.map((text) => {
    const [name = "", port] = text.split("=");
    if (!(name in any) || !/^\d+$/.test(port ?? ""))
      throw new Error(`--port ${text} is not like http=4390.`);
    return [name, Number(port)];
  });
  return { ...(values["any-ports"] && any), ...(Object.fromEntries(given) as Partial<Ports>) };
}

// The starter holds the other end of our stdin: it closes however the starter dies.
function stopWithParent(stop: () => void): void {
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) process.stdin.on("end", stop).on("error", stop).resume();
  process.on("disconnect", stop);
}

function fail(error: unknown): void {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
