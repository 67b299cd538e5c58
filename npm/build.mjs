// Makes dist/ of the guests in ../wasm/dist: bundles the TypeScript, writes its types, puts an image beside each guest's code, and tables
// that few programs ask for beside both.
// Puts the playground into playground/dist, with all that it needs.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;
const require = createRequire(import.meta.url);

/**
 * What is loaded in the image of each tier. Of `std` these take 0.8 MB of the download, and an import of them takes 19 ms in place of 0.5 s:
 * `dataclasses` half of the size, as it brings `inspect`. The stand-ins of `core` are small enough to be compiled.
 */
const LOADED = {
  core: [],
  std: ["json", "re", "dataclasses", "enum", "datetime"],
};

const options = {
  absWorkingDir: here,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: ["node:*"],
  chunkNames: "chunks/[name]-[hash]",
  legalComments: "none",
  logLevel: "warning",
};
await rm(`${here}dist/chunks`, { recursive: true, force: true });
await rm(`${here}playground/dist`, { recursive: true, force: true });
await build({ ...options, entryPoints: ["src/index.ts", "src/core.ts", "src/worker.ts", "src/worker-entry.ts"], outdir: "dist" });
await build({
  ...options,
  // The worker's code lies beside the page's.
  entryPoints: [{ in: "playground/playground.ts", out: "playground" }, { in: "src/worker-entry.ts", out: "worker-entry" }],
  outdir: "playground/dist",
  minify: true,
  platform: "browser",
});
const tools = await mkdtemp(join(tmpdir(), "exocet-"));
await build({ ...options, splitting: false, entryPoints: ["pack.ts"], outfile: join(tools, "pack.mjs") });
const { pack } = await import(join(tools, "pack.mjs"));
await rm(tools, { recursive: true });
const { version } = require("./package.json");
for (const [tier, modules] of Object.entries(LOADED)) {
  const { bytes, image } = await pack(await readFile(`${here}../wasm/dist/${tier}.wasm`), version, modules);
  console.log(`${tier}: ${bytes.length} bytes, ${image} of them the image`);
  for (const folder of ["dist", "playground/dist"]) {
    await mkdir(`${here}${folder}/${tier}`, { recursive: true });
    await writeFile(`${here}${folder}/${tier}/exocet.wasm`, bytes);
  }
}
for (const folder of ["dist", "playground/dist"]) {
  for (const table of ["names.txt", "encodings.wasm"]) {
    await copyFile(`${here}../wasm/dist/${table}`, `${here}${folder}/${table}`);
  }
}
for (const file of ["index.html", "playground.css"]) {
  await copyFile(`${here}playground/${file}`, `${here}playground/dist/${file}`);
}
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", here], { stdio: "inherit" });
