// The same in Chromium: each contender in a page and a browser of its own, in turn.

import { chromium } from "playwright-core";
import { serve } from "../test/serve.js";
import { APART } from "./contenders.js";

export const CHROMIUM = {
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};

export async function browser(names, runs) {
  const server = await serve(new URL("..", import.meta.url));
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  for (let at = 0; at < runs; at += 1) {
    for (const name of names) {
      const parts = [];
      for (const only of ["", ...APART]) {
        const browser = await chromium.launch(CHROMIUM);
        const page = await browser.newPage();
        await page.goto(`${server.url}bench/page.html?run=${encodeURIComponent(name)}&only=${only}`);
        await page.waitForFunction(() => window.measured !== undefined, undefined, { timeout: 120_000 });
        parts.push(await page.evaluate(() => window.measured));
        await browser.close();
      }
      measured[name].push(Object.assign({}, ...parts));
    }
  }
  server.close();
  return measured;
}
