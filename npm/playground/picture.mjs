// Writes playground.png, the picture of the README: the plugins' example, after an edit that is at work and one that is refused.

import { join } from "node:path";
import { chromium } from "playwright-core";
import { CHROMIUM } from "../bench/browser.js";
import { serve } from "../test/serve.js";

const here = new URL(".", import.meta.url);

const server = await serve(new URL("dist/", here));
const browser = await chromium.launch(CHROMIUM);
const page = await browser.newPage({ viewport: { width: 1180, height: 700 }, deviceScaleFactor: 1.5 });
await page.goto(`${server.url}?example=generations`);
const news = page.getByRole("region", { name: "Generations" }).getByRole("status");
await news.getByText("greeting: generation 1 is at work.").waitFor();
await page.getByRole("tab", { name: "live/greeting.py" }).click();
for (const [source, expected] of [
  ['def reply(name):\n    return f"good day {name}"\n', "greeting: generation 2 is at work."],
  ['def reply(name):\n    return f"good day {name}, at {time}"\n\n\ndef check():\n    assert reply("Ann")\n', "generation 2 stays at work"],
]) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(source);
  await news.getByText(expected).waitFor();
}
// Down to where the next section begins.
const { y } = await page.getByRole("region", { name: "What this code may reach" }).boundingBox();
const clip = { x: 0, y: 0, width: 1180, height: Math.floor(y) };
await page.screenshot({ path: join(here.pathname, "playground.png"), clip, animations: "disabled", caret: "hide" });
await browser.close();
server.close();
