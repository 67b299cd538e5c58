// The packed package in a fresh folder: what is in it, its types, and what it does in Node and in Chromium, with and without bundlers.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, cp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "smol-toml";
import { APP, execute, inWorker, installed, noChromium, onThisThread, openChromium, PACKAGE, shownAt, shownIn } from "./packed.js";

const read = (path) => readFileSync(join(PACKAGE, path), "utf8");
const manifest = JSON.parse(read("package.json"));
const MB = 2 ** 20;

/** What the archive has: each of these, and nothing else. */
const CONTENTS = [
  /^(LICENSE|README\.md|package\.json)$/,
  /^dist\/(index|core|worker|worker-entry)\.js$/,
  /^dist\/chunks\/chunk-\w+\.js$/,
  /^dist\/types\/[a-z-]+\.d\.ts$/,
  /^dist\/(core|std)\/exocet\.wasm$/,
  /^dist\/(names\.txt|encodings\.wasm)$/,
  // The pictures of the README.
  /^(bench\/results\.svg|playground\/playground\.png)$/,
];

describe("package.json", () => {
  test("has the version and the address that Cargo.toml has", () => {
    const { version, repository } = parse(read("../Cargo.toml")).workspace.package;
    const expected = {
      version,
      repository: { type: "git", url: `git+${repository}.git`, directory: "npm" },
      homepage: `${repository}/tree/HEAD/npm#readme`,
      bugs: `${repository}/issues`,
    };
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(manifest[key], value, `[workspace.package] of Cargo.toml is what counts: npm/package.json's "${key}" is to be ${JSON.stringify(value)}`);
    }
    assert.equal(JSON.parse(read("package-lock.json")).version, version, "`npm install` in npm/ updates package-lock.json");
  });

  test("says what a registry shows, and that the package is published with its provenance", () => {
    assert.deepEqual(manifest.publishConfig, { access: "public", provenance: true });
    assert.ok(manifest.description && manifest.license && manifest.engines.node && manifest.keywords.includes("python"));
  });

  test("asks for no other package", () => {
    for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
      assert.equal(manifest[kind], undefined, kind);
    }
  });
});

describe("the packed package", { timeout: 600_000 }, () => {
  let folder, packed;
  before(async () => {
    ({ folder, packed } = await installed(APP));
  });
  after(() => rm(folder, { recursive: true }));

  test("has what its users need, and nothing else", (t) => {
    const paths = packed.files.map(({ path }) => path);
    assert.deepEqual(paths.filter((path) => !CONTENTS.some((content) => content.test(path))), []);
    assert.deepEqual(CONTENTS.filter((content) => !paths.some((path) => content.test(path))), []);
    const small = packed.files.filter(({ path }) => !/\.(wasm|txt)$/.test(path)).reduce((sum, { size }) => sum + size, 0);
    t.diagnostic(`${(packed.size / MB).toFixed(1)} MB; unpacked ${(packed.unpackedSize / MB).toFixed(1)} MB, ${(small / MB).toFixed(2)} of them code and pictures`);
    assert.ok(packed.size < 14 * MB && small < 0.75 * MB);
    assert.ok(packed.files.find(({ path }) => path.endsWith(".png")).size < 250_000);
  });

  test("has a file behind each entry, and behind its types", () => {
    const { resolve } = createRequire(join(folder, "program.js"));
    for (const [entry, target] of Object.entries(manifest.exports)) {
      const { types, default: path } = typeof target === "string" ? { default: target } : target;
      assert.equal(resolve(`exocet/${entry}`.replace("/./", "/").replace(/\/\.$/, "")), join(folder, "node_modules/exocet", path));
      assert.ok(types === undefined || existsSync(join(folder, "node_modules/exocet", types)), entry);
    }
  });

  for (const resolution of [["--module", "nodenext"], ["--module", "esnext", "--moduleResolution", "bundler"]]) {
    test(`has types for a program with ${resolution.join(" ")}`, async () => {
      const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
      const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "ES2023,DOM", ...resolution];
      await execute(process.execPath, [tsc, ...options, "types.ts"], { cwd: folder });
    });
  }

  describe("in Node", () => {
    test("the examples of the README, as they stand there", async () => {
      const readme = readFileSync(join(folder, "node_modules/exocet/README.md"), "utf8");
      const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, example]) => example);
      const printed = [];
      for (const example of examples) {
        await writeFile(join(folder, "hello.mjs"), example);
        const { stdout } = await execute(process.execPath, ["hello.mjs"], { cwd: folder });
        const comments = [...example.matchAll(/^ *console\.log\(.*\); \/\/ (.*\n)/gm)].map(([, comment]) => comment);
        assert.equal(stdout, comments.join(""));
        printed.push(stdout);
      }
      const [, first] = readme.match(/^\$ npm install exocet\n\$ node hello\.mjs\n(.*?)^```$/ms);
      assert.ok(first.length > 0);
      assert.equal(printed[0], first);
    });

    test("a program", async () => {
      const { stdout } = await execute(process.execPath, ["program.js"], { cwd: folder });
      assert.deepEqual(JSON.parse(stdout), [onThisThread, inWorker]);
    });
  });

  describe("in Chromium", { skip: noChromium }, () => {
    let browser;
    before(async () => {
      browser = await openChromium();
    });
    after(() => browser.close());

    test("from a page's own script, without a bundler", async () => {
      assert.deepEqual(await shownIn(browser, folder), [onThisThread, inWorker]);
    });

    test("in a bundle of vite's, and as its server has it", async () => {
      const { build, createServer } = await import("vite");
      const options = { root: folder, configFile: false, logLevel: "warn" };
      const outDir = join(folder, "vite");
      await build({ ...options, build: { outDir } });
      assert.deepEqual(await shownIn(browser, outDir), [onThisThread, inWorker]);
      const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
      const server = await (await createServer({ ...options, server: { host: "127.0.0.1", headers } })).listen();
      try {
        assert.deepEqual(await shownAt(browser, server.resolvedUrls.local[0]), [onThisThread, inWorker]);
      } finally {
        await server.close();
      }
    });

    test("in a bundle of esbuild's, which is told of the worker and leaves the .wasm where it lies", async () => {
      const { build } = await import("esbuild");
      const dist = join(folder, "node_modules/exocet/dist");
      const outdir = join(folder, "esbuild");
      const entryPoints = { page: "page.js", "worker-entry": join(dist, "worker-entry.js") };
      await build({ absWorkingDir: folder, entryPoints, outdir, bundle: true, splitting: true, format: "esm", minify: true, logLevel: "warning" });
      for (const tier of ["core", "std"]) {
        await cp(join(dist, tier, "exocet.wasm"), join(outdir, tier, "exocet.wasm"));
      }
      for (const table of ["names.txt", "encodings.wasm"]) {
        await copyFile(join(dist, table), join(outdir, table));
      }
      await copyFile(join(folder, "index.html"), join(outdir, "index.html"));
      assert.deepEqual(await shownIn(browser, outdir), [onThisThread, inWorker]);
    });
  });
});
