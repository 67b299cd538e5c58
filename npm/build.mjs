// Makes dist/ of the compiled tiers in dist/core and dist/std: bundles the TypeScript, and writes its types. Puts the playground
// into playground/dist, with all that it needs.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;
const require = createRequire(import.meta.url);

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
await build({ ...options, entryPoints: ["src/index.ts", "src/core.ts", "src/isolate.ts", "src/worker.ts", "src/worker-entry.ts"], outdir: "dist" });
await build({
  ...options,
  // The worker's code lies beside the page's.
  entryPoints: [{ in: "playground/playground.ts", out: "playground" }, { in: "src/worker-entry.ts", out: "worker-entry" }],
  outdir: "playground/dist",
  minify: true,
  platform: "browser",
});
for (const tier of ["core", "std"]) {
  await mkdir(`${here}playground/dist/${tier}`, { recursive: true });
  await copyFile(`${here}dist/${tier}/exocet.wasm`, `${here}playground/dist/${tier}/exocet.wasm`);
}
for (const file of ["index.html", "playground.css"]) {
  await copyFile(`${here}playground/${file}`, `${here}playground/dist/${file}`);
}
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", here], { stdio: "inherit" });
