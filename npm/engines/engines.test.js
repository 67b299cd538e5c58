// The packed package in other engines than Node's, and in what bundlers make of it: each of them runs data/app.js.
//
// Needs the built package in the folder above (`npm ci && npm run build` there), and `npm ci` here. The browsers are Debian's:
// `apt-get install chromium firefox-esr`. What isn't installed is skipped.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { CHROMIUM } from "../bench/browser.js";
import { serve } from "../test/serve.js";
import { absent, execute, program, project, urlOf } from "./support.js";

const FIREFOX = { browser: "firefox", executablePath: "/usr/bin/firefox-esr" };

const tried = { error: ["ValueError", "no", 4], ends: Array(5).fill("RecursionError") };
const onThisThread = { ...tried, said: "HELLO[1]" };
const inWorker = { ...onThisThread, late: "DeadlineError" };

/** What the page at `url` shows. */
async function shown(options, url) {
  const { default: puppeteer } = await import("puppeteer-core");
  const browser = await puppeteer.launch(options);
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.title !== "waiting", { timeout: 60_000 });
    assert.equal(await page.title(), "done");
    return JSON.parse(await page.evaluate(() => document.body.textContent));
  } finally {
    await browser.close();
  }
}

/** What the page of a folder shows. */
async function shownOf(options, folder, isolated = true) {
  const server = await serve(urlOf(folder), { isolated });
  try {
    return await shown(options, server.url);
  } finally {
    server.close();
  }
}

describe("the package", { timeout: 600_000 }, () => {
  let folder;
  before(async () => {
    folder = await project();
  });
  after(() => rm(folder, { recursive: true }));

  describe("in Firefox", { skip: absent(FIREFOX.executablePath) }, () => {
    test("on a page that is isolated", async () => {
      assert.deepEqual(await shownOf(FIREFOX, folder), [onThisThread, inWorker]);
    });

    test("on another page, where a worker has no functions of the page's", async () => {
      const [plain, { said, ...worker }] = await shownOf(FIREFOX, folder, false);
      assert.deepEqual([plain, { ...worker, said: "HELLO[1]" }], [onThisThread, inWorker]);
      assert.match(said, /isolated/);
    });
  });

  const runtimes = {
    deno: { run: ["run", "--allow-read"], test: ["test", "--allow-all", "--no-check"] },
    bun: { run: ["run"], test: ["test"] },
  };
  for (const [name, args] of Object.entries(runtimes)) {
    describe(`in ${name}`, { skip: absent(program(name)) }, () => {
      const options = { env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" }, timeout: 240_000 };

      test("a program", async () => {
        const { stdout } = await execute(program(name), [...args.run, "./program.js"], { ...options, cwd: folder });
        assert.deepEqual(JSON.parse(stdout), [onThisThread, inWorker]);
      });

      test("the package's own tests", async () => {
        const cwd = new URL("..", import.meta.url);
        await execute(program(name), [...args.test, "./test/loader.test.js", "./test/worker.test.js"], { ...options, cwd });
      });
    });
  }

  describe("in a bundle for Chromium", { skip: absent(CHROMIUM.executablePath) }, () => {
    test("of vite, and as its server has it", { skip: absent(program("vite")) }, async () => {
      const { build, createServer } = await import("vite");
      const options = { root: folder, configFile: false, logLevel: "warn" };
      const outDir = join(folder, "vite");
      await build({ ...options, build: { outDir } });
      assert.deepEqual(await shownOf(CHROMIUM, outDir), [onThisThread, inWorker]);
      const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
      const server = await (await createServer({ ...options, server: { host: "127.0.0.1", headers } })).listen();
      try {
        assert.deepEqual(await shown(CHROMIUM, server.resolvedUrls.local[0]), [onThisThread, inWorker]);
      } finally {
        await server.close();
      }
    });

    test("of webpack", { skip: absent(program("webpack")) }, async () => {
      const { default: webpack } = await import("webpack");
      const path = join(folder, "webpack");
      const bundler = webpack({ mode: "production", context: folder, entry: "./page.js", output: { path, filename: "page.js" }, performance: { hints: false } });
      const stats = await new Promise((resolve, reject) => bundler.run((error, stats) => (error ? reject(error) : resolve(stats))));
      assert.ok(!stats.hasErrors() && !stats.hasWarnings(), stats.toString());
      await copyFile(join(folder, "index.html"), join(path, "index.html"));
      assert.deepEqual(await shownOf(CHROMIUM, path), [onThisThread, inWorker]);
    });

    test("of esbuild, which is told of the worker and leaves the .wasm where it lies", { skip: absent(program("esbuild")) }, async () => {
      const { build } = await import("esbuild");
      const dist = join(folder, "node_modules/exocet/dist");
      const outdir = join(folder, "esbuild");
      const entryPoints = { page: "page.js", "worker-entry": join(dist, "worker-entry.js") };
      await build({ absWorkingDir: folder, entryPoints, outdir, bundle: true, splitting: true, format: "esm", minify: true, logLevel: "warning" });
      for (const tier of ["core", "std"]) {
        await cp(join(dist, tier, "exocet.wasm"), join(outdir, tier, "exocet.wasm"));
      }
      await copyFile(join(folder, "index.html"), join(outdir, "index.html"));
      assert.deepEqual(await shownOf(CHROMIUM, outdir), [onThisThread, inWorker]);
    });
  });

  describe("in a Worker of Cloudflare's", { skip: absent(program("workerd")) || absent(program("esbuild")) }, () => {
    let service, ended;
    const urls = {};
    before(async () => {
      const { build } = await import("esbuild");
      // As Cloudflare's own tool does it: the platform compiles the WebAssembly.
      await build({ absWorkingDir: folder, entryPoints: ["service.js"], outdir: "out", bundle: true, format: "esm", external: ["*.wasm"], logLevel: "warning" });
      service = spawn(program("workerd"), ["serve", "workerd.capnp", "--control-fd=3"], { cwd: folder, stdio: ["ignore", "inherit", "inherit", "pipe"] });
      ended = once(service, "exit");
      for await (const line of createInterface({ input: service.stdio[3] })) {
        const { socket, port } = JSON.parse(line);
        urls[socket] = `http://127.0.0.1:${port}/`;
        if (urls.old && urls.new) {
          return;
        }
      }
      throw new Error("workerd doesn't start");
    });
    after(async () => {
      service.kill();
      await ended;
    });

    for (const [socket, words] of [["old", "where modules don't know their URLs"], ["new", "where they do"]]) {
      test(words, async () => {
        const answer = async (query) => (await fetch(urls[socket] + query)).json();
        assert.deepEqual(await answer(""), onThisThread);
        assert.equal(await answer("?name=Ann"), "hello, Ann");
      });
    }
  });
});
