import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const COMMAND = ["scripts/test-deployment.ts", "--url", "http://localhost:9"];

test("outside a checkout, the deployment tests ask which release must be live", async () => {
  const env = { ...process.env, RELEASE_ID: "", GIT_DIR: "/nowhere" };
  await expect(promisify(execFile)(process.execPath, COMMAND, { env })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no git checkout.*--any-release\.\n$/) as string,
  });
});
