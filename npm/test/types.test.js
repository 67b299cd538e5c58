// The types, as a program sees them that uses the package.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const folder = new URL("data/", import.meta.url).pathname;

for (const resolution of [["--module", "nodenext"], ["--module", "esnext", "--moduleResolution", "bundler"]]) {
  test(`a program with ${resolution.join(" ")}`, () => {
    const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "ES2023,DOM", ...resolution];
    const { stdout, status } = spawnSync(process.execPath, [tsc, ...options, `${folder}program.ts`], { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });
}
