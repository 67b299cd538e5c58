// The packed package, installed into a folder as whoever uses it has it, and what data/app does there.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { CHROMIUM } from "../bench/browser.js";
import { serve } from "./serve.js";

/** Where the package is made. */
export const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** The programs that use the package in every engine. */
export const APP = join(PACKAGE, "test/data/app");

/** Runs a program; an error has what it printed. */
export const execute = (program, args, options) =>
  promisify(execFile)(program, args, options).catch(({ message, stdout }) => {
    throw new Error(`${message}\n${stdout}`);
  });

/** Why tests of a tool are skipped, if they are. */
export const absent = (path) => !existsSync(path) && `there is no ${path}`;

export const noChromium = absent(CHROMIUM.executablePath);

/** A browser. The first one that a machine starts may take longer than a launch may, or end at once: that is tried a second time. */
export const openChromium = () =>
  chromium.launch(CHROMIUM).catch((error) => {
    console.error(`Chromium is started once more, as it didn't start: ${error.message}`);
    return chromium.launch({ ...CHROMIUM, timeout: 120_000 });
  });

/** A new folder with what the given ones have, and with the packed package; and what `npm pack` says of that. */
export async function installed(...folders) {
  const folder = await mkdtemp(join(tmpdir(), "exocet-"));
  for (const from of folders) {
    await cp(from, folder, { recursive: true });
  }
  if (!existsSync(join(folder, "package.json"))) {
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  }
  const { stdout } = await execute("npm", ["pack", "--json", "--pack-destination", folder], { cwd: PACKAGE });
  const [packed] = JSON.parse(stdout);
  // What else a folder's package.json asks for stays away: nothing is fetched.
  await execute("npm", ["install", "--offline", "--omit=dev", "--no-audit", "--no-fund", `./${packed.filename}`], { cwd: folder });
  return { folder, packed };
}

const tried = { error: ["ValueError", "no", 4], ends: Array(5).fill("RecursionError") };
export const onThisThread = { ...tried, said: "• HELLO[1]" };
export const inWorker = { ...onThisThread, late: "DeadlineError" };

/** What the program shows at `url`, in a browser of Playwright's or Puppeteer's. */
export async function shownAt(browser, url) {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(url);
  await page.waitForFunction(() => document.title !== "waiting");
  assert.equal(await page.title(), "done");
  const text = await page.evaluate(() => document.body.textContent);
  await page.close();
  return JSON.parse(text);
}

/** What the program shows whose page lies in a folder. */
export async function shownIn(browser, folder, isolated = true) {
  const server = await serve(pathToFileURL(`${folder}/`), { isolated });
  try {
    return await shownAt(browser, server.url);
  } finally {
    server.close();
  }
}
