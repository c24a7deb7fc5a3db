// Plain JavaScript: scripts/test.mjs imports it on Node 20.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockFile } from "../local/lock.mjs";
import { stopProcess } from "../local/processes.mjs";
import { buildShop } from "./build-shop.mjs";
import { shopAnswers, spawnShop } from "./serve-shop.mjs";
import { spawnStack, stopStack } from "./stack-process.mjs";
import { childEnvironment, nodePath, root, run, step } from "./steps.mjs";

/**
 * Builds the shop, serves it with a stack of its own (fresh data, free ports) and stops both when `use` is done. `use` gets the shop's
 * variables and the addresses of the stack's services, and a way to kill the shop and start it anew. `tell` says how far it is.
 * @param {(variables: Record<string, string>, restart: () => Promise<void>) => Promise<void>} use
 * @param {typeof step} [tell]
 */
export async function withServedShop(use, tell = step) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-shop-"));
  // As root, PostgreSQL runs as another account, which must get through to its own folder.
  chmodSync(folder, 0o711);
  const lock = lockFile(
    join(root, ".wrangler", "start.lock"),
    "Slipway runs from this folder: stop it with Ctrl-C first, the tests serve the same build.",
  );
  /** @type {(() => unknown)[]} */
  const running = [() => rmSync(folder, { recursive: true, force: true }), () => lock.release()];
  try {
    for (const leftover of lock.children) await stopProcess(leftover);
    const stack = await tell("Local services", async () => {
      const args = ["--data", folder, "--any-ports"];
      const { child, ready } = spawnStack(join(folder, "stack.log"), args);
      running.push(() => stopStack(child));
      return ready;
    });
    const variables = { ...stack.variables, DEMO_PASSWORD: stack.demo.password };
    const env = childEnvironment(variables);
    const database = join(root, "scripts", "db.ts");
    await tell("Database", async () => {
      await run(nodePath(), [database, "migrate"], { env });
      await run(nodePath(), [database, "seed"], { env });
    });
    await tell("Production build", () => buildShop());
    const port = Number(new URL(stack.urls.site).port);
    const logPath = process.env.CI
      ? join(folder, "shop.log")
      : join(root, ".data", "test-shop.log");
    let pid = 0;
    const stopShop = () => stopProcess({ pid, command: null });
    const startShop = async () => {
      const child = spawnShop({ kind: "pages", port, variables: stack.variables, logPath });
      pid = child.pid ?? 0;
      if (pid) lock.remember(pid);
      await shopAnswers(child, stack.urls.site, logPath);
    };
    running.push(stopShop);
    await tell("Shop", startShop);
    const restart = async () => {
      if (process.platform === "win32") await stopShop();
      // At once and without a goodbye, with all of its group.
      else process.kill(-pid, "SIGKILL");
      await startShop();
    };
    const { stack: stackUrl, stripe, mail } = stack.urls;
    const addresses = { STACK_URL: stackUrl, STRIPE_URL: stripe, MAIL_URL: mail };
    await use({ ...variables, ...addresses, SHOP_LOG: logPath }, restart);
  } finally {
    for (const stop of running.reverse()) await stop();
  }
}
