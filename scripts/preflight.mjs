// Plain JavaScript: it runs before anything is installed.
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"];
const MEGABYTE = 1024 * 1024;
const MIN_NODE_MAJOR = 20;
const MIN_FREE_MB = 500;
const INSTALL_MB = 1500;

/**
 * Why this machine cannot run the shop, in one sentence, or null when it can.
 * @param {{ platform: string, arch: string, isMusl: boolean, nodeVersion: string, freeBytes: number, isInstalled: boolean }} machine
 * @returns {string | null}
 */
export function findProblem(machine) {
  const name = `${machine.platform}-${machine.arch}`;
  if (!PLATFORMS.includes(name))
    return `Slipway runs on ${PLATFORMS.join(", ")}, and this machine is ${name}.`;
  if (machine.isMusl)
    return "Slipway needs a Linux with glibc, and this one (Alpine, probably) has musl.";
  if (Number(machine.nodeVersion.split(".")[0]) < MIN_NODE_MAJOR)
    return `Slipway needs Node ${MIN_NODE_MAJOR} or newer, and this is Node ${machine.nodeVersion}.`;
  const neededMb = MIN_FREE_MB + (machine.isInstalled ? 0 : INSTALL_MB);
  const freeMb = Math.floor(machine.freeBytes / MEGABYTE);
  if (freeMb < neededMb)
    return `The disk has ${freeMb} MB left, and Slipway needs ${neededMb} MB: free some space first.`;
  return null;
}

/** Whether this Linux has musl in place of glibc, for which workerd has no binary. */
export function isMusl() {
  if (process.platform !== "linux") return false;
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  return !report.header?.glibcVersionRuntime;
}
