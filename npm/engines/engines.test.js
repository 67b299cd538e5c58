// The packed package in other engines than Node and Chromium, and in what webpack makes of it: each of them runs ../test/data/app.
//
// Needs the built package in the folder above (`npm ci && npm run build` there), and `npm ci` here. The browsers are Debian's:
// `apt-get install chromium firefox-esr`. What isn't installed is skipped.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { absent, APP, execute, inWorker, installed, noChromium, onThisThread, openChromium, PACKAGE, shownIn } from "../test/packed.js";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The program of a tool that is installed here. */
const program = (name) => join(here, "node_modules", ".bin", name);

const FIREFOX = { browser: "firefox", executablePath: "/usr/bin/firefox-esr" };

describe("the package", { timeout: 600_000 }, () => {
  let folder;
  before(async () => {
    ({ folder } = await installed(APP, join(here, "data")));
  });
  after(() => rm(folder, { recursive: true }));

  describe("in Firefox", { skip: absent(FIREFOX.executablePath) }, () => {
    let browser;
    before(async () => {
      const { default: puppeteer } = await import("puppeteer-core");
      browser = await puppeteer.launch(FIREFOX);
    });
    after(() => browser.close());

    test("on a page that is isolated", async () => {
      assert.deepEqual(await shownIn(browser, folder), [onThisThread, inWorker]);
    });

    test("on another page, where a worker has no functions of the page's", async () => {
      const [plain, { said, ...worker }] = await shownIn(browser, folder, false);
      assert.deepEqual([plain, { ...worker, said: plain.said }], [onThisThread, inWorker]);
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
        await execute(program(name), [...args.test, "./test/loader.test.js", "./test/worker.test.js"], { ...options, cwd: PACKAGE });
      });
    });
  }

  test("in a bundle of webpack's, in Chromium", { skip: noChromium || absent(program("webpack")) }, async () => {
    const { default: webpack } = await import("webpack");
    const path = join(folder, "webpack");
    const bundler = webpack({ mode: "production", context: folder, entry: "./page.js", output: { path, filename: "page.js" }, performance: { hints: false } });
    const stats = await new Promise((resolve, reject) => bundler.run((error, stats) => (error ? reject(error) : resolve(stats))));
    assert.ok(!stats.hasErrors() && !stats.hasWarnings(), stats.toString());
    await copyFile(join(folder, "index.html"), join(path, "index.html"));
    const browser = await openChromium();
    try {
      assert.deepEqual(await shownIn(browser, path), [onThisThread, inWorker]);
    } finally {
      await browser.close();
    }
  });

  describe("in a Worker of Cloudflare's", { skip: absent(program("workerd")) }, () => {
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
