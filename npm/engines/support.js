// What the tests share.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** Runs a program; an error has what it printed. */
export const execute = (program, args, options) =>
  promisify(execFile)(program, args, options).catch(({ message, stdout }) => {
    throw new Error(`${message}\n${stdout}`);
  });

const here = fileURLToPath(new URL(".", import.meta.url));

/** The program of a tool that is installed here. */
export const program = (name) => join(here, "node_modules", ".bin", name);

/** Why tests of a tool are skipped, if they are. */
export const absent = (path) => !existsSync(path) && `there is no ${path}`;

/** A new folder with the programs of data/, and with the packed package as whoever installs it has it. */
export async function project() {
  const folder = await mkdtemp(join(tmpdir(), "exocet-engines-"));
  await cp(join(here, "data"), folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const { stdout } = await execute("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: join(here, "..") });
  await execute("npm", ["install", "--no-audit", "--no-fund", `./${stdout.trim()}`], { cwd: folder });
  return folder;
}

/** The folder as `serve` wants it. */
export const urlOf = (folder) => pathToFileURL(`${folder}/`);
